import { basename } from 'node:path';
import { checkDimensions } from './check-dimensions.ts';
import { checkTensorTypes } from './check-tensor-types.ts';
import { checkLayout } from './check-layout.ts';
import { checkModel } from './check-model.ts';
import type { GgufHeader } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';
import { parseFile } from './parse-file.ts';
import type { ParsedFile } from './parse-file.ts';
import { checkSplits, requireSiblings, splitPaths } from './splits.ts';

/**
 * Reads and checks the header of the model at `path`, including its sibling files if it is split (any of them may be
 * named). Nothing else may open a model file before this has returned. Throws model.missing, file.failed, or
 * model.invalid or model.unsupported with one sentence that names the fault and the fix.
 */
export async function readHeader(path: string): Promise<GgufHeader> {
  const paths = splitPaths(path);
  await requireSiblings(paths);
  const files: ParsedFile[] = [];
  for (const each of paths) {
    const file = await parseFile(each, basename(each));
    checkLayout(file);
    files.push(file);
  }
  checkSplits(files);
  const first = files[0];
  if (first === undefined) throw invalidModel(basename(path), 'has no files');
  const architecture = checkModel(first.name, first.metadata);
  const tensors = files.flatMap((file, index) =>
    file.tensors.map((tensor) => ({ ...tensor, file: index, offset: file.dataOffset + Number(tensor.offset) })),
  );
  if (tensors.length === 0) throw invalidModel(first.name, 'holds no weights', 'take the file of the whole model');
  checkDimensions(first.name, architecture, first.metadata, tensors);
  checkTensorTypes(first.name, tensors);
  return {
    files: files.map((file) => ({ location: file.path, sizeBytes: file.sizeBytes, headerBytes: file.dataOffset })),
    metadata: first.metadata,
    tensors,
    architecture,
  };
}
