import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '../../protocol/coded-error.ts';
import { invalidModel } from './invalid-model.ts';
import type { ParsedFile } from './parse-file.ts';

const splitName = /^(?<prefix>.+)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$/;

/** The parts of a split file's name, `prefix-00001-of-00003.gguf`; undefined for any other name. */
export function splitOf(path: string): { prefix: string; number: number; count: number } | undefined {
  const groups = splitName.exec(basename(path))?.groups;
  if (groups === undefined) return undefined;
  return { prefix: groups['prefix'] ?? '', number: Number(groups['number']), count: Number(groups['count']) };
}

/** Paths of all files of the model that `path` belongs to, the first split first; `[path]` for a single file. */
export function splitPaths(path: string): string[] {
  const split = splitOf(path);
  if (split === undefined || split.count < 1) return [path];
  const pad = (number: number): string => String(number).padStart(5, '0');
  return Array.from({ length: split.count }, (_, index) =>
    join(dirname(path), `${split.prefix}-${pad(index + 1)}-of-${pad(split.count)}.gguf`),
  );
}

/** Throws model.invalid that names the absent files when a split model is not complete. */
export async function requireSiblings(paths: readonly string[]): Promise<void> {
  if (paths.length === 1) return;
  const present = await Promise.all(paths.map((path) => isFile(path)));
  const absent = paths.filter((_, index) => present[index] !== true).map((path) => basename(path));
  if (absent.length === 0) return;
  const shown =
    absent.length > 3 ? `${absent.slice(0, 3).join(', ')} and ${absent.length - 3} more` : absent.join(', ');
  const verb = absent.length === 1 ? 'is' : 'are';
  throw new CodedError(
    'model.invalid',
    `The model is split into ${paths.length} files and ${shown} ${verb} not there; ` +
      'download all of them into one folder.',
    { data: { files: paths.length, absent: absent.length } },
  );
}

/** Checks split.no, split.count and split.tensors.count of all files of one model. Throws model.invalid. */
export function checkSplits(files: readonly ParsedFile[]): void {
  const first = files[0];
  if (first === undefined) return;
  const count = splitNumber(first, 'split.count') ?? 1;
  if (count <= 1 && files.length === 1) return;
  if (count > 1 && files.length === 1) {
    throw invalidModel(
      first.name,
      `is one of ${count} files but is not named like one (-00001-of-${String(count).padStart(5, '0')}.gguf)`,
      'give all files their original names',
    );
  }
  for (const [index, file] of files.entries()) {
    if (splitNumber(file, 'split.no') !== index || (index === 0 && count !== files.length)) {
      throw invalidModel(file.name, 'does not belong to the files beside it', 'download all files of the model again');
    }
  }
  checkTensorTotal(first, files);
}

function checkTensorTotal(first: ParsedFile, files: readonly ParsedFile[]): void {
  const names = new Set(files.flatMap((file) => file.tensors.map((tensor) => tensor.name)));
  const total = files.reduce((sum, file) => sum + file.tensors.length, 0);
  const stated = first.metadata.number('split.tensors.count');
  if (names.size !== total || stated !== total) {
    throw invalidModel(
      first.name,
      `and its splits hold ${total} tensors instead of ${stated ?? 'a stated number'}`,
      'download all files of the model again',
    );
  }
}

/** The native loader reads these as uint16. It does not check the type of split.no: another type ends the process. */
function splitNumber(file: ParsedFile, key: string): number | undefined {
  const value = file.metadata.values.get(key);
  if (value === undefined) return undefined;
  if (value.type !== 'uint16') throw invalidModel(file.name, `has a ${key} of the wrong type`);
  return Number(value.value);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw new CodedError('file.failed', `${basename(path)} cannot be looked at; check its permissions.`, {
      cause: error,
    });
  }
}
