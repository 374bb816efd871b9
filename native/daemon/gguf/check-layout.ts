import { invalidModel } from './invalid-model.ts';
import type { ParsedFile } from './parse-file.ts';

/**
 * Checks that every tensor's data lies where the native loader looks for it: aligned, inside the file, one after the
 * other without overlap or gap. Throws model.invalid; for a file that ends too soon it says how many bytes are missing.
 */
export function checkLayout(file: ParsedFile): void {
  if (file.tensors.length === 0) return;
  const alignment = BigInt(file.alignment);
  for (const tensor of file.tensors) {
    if (tensor.offset % alignment !== 0n) throw invalidModel(file.name, `does not align the tensor ${tensor.name}`);
  }
  checkOverlap(file);
  checkComplete(file);
  checkOrder(file, alignment);
}

function checkOverlap(file: ParsedFile): void {
  const sorted = [...file.tensors].sort((a, b) => (a.offset < b.offset ? -1 : Number(a.offset > b.offset)));
  let end = 0n;
  let before = '';
  for (const tensor of sorted) {
    if (tensor.offset < end) throw invalidModel(file.name, `has overlapping tensors, ${before} and ${tensor.name}`);
    end = tensor.offset + BigInt(tensor.bytes);
    before = tensor.name;
  }
}

function checkComplete(file: ParsedFile): void {
  const end = file.tensors.reduce((most, tensor) => {
    const here = tensor.offset + BigInt(tensor.bytes);
    return here > most ? here : most;
  }, 0n);
  const needed = BigInt(file.dataOffset) + end;
  const missing = needed - BigInt(file.sizeBytes);
  if (missing > 0n) {
    throw invalidModel(file.name, `is incomplete: ${missing} of its ${needed} bytes are missing`, 'download it again');
  }
}

function checkOrder(file: ParsedFile, alignment: bigint): void {
  let expected = 0n;
  for (const tensor of file.tensors) {
    if (tensor.offset !== expected)
      throw invalidModel(file.name, `stores the tensor ${tensor.name} where the engine does not look for it`);
    expected += ((BigInt(tensor.bytes) + alignment - 1n) / alignment) * alignment;
  }
}
