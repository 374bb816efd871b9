import type { HubFile } from './hub-files.ts';

/** One download of a repository: a model at one quantisation, in one file or split into several. */
export interface HubQuantisation {
  /** As the makers write it, such as `Q4_K_M` or `UD-Q2_K_XL`; the file's name where it says none. */
  readonly name: string;
  /** The first split first. */
  readonly files: readonly HubFile[];
  readonly bytes: number;
}

const splitName = /-(\d{5})-of-(\d{5})\.gguf$/i;
// From the front: who re-quantised it, the type of most tensors, and the mix of the others.
const quantisation =
  /(?:^|[-_.])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_[A-Z0-9]+)*|BF16|F16|FP16|F32|FP32))(?=$|[-_.])/gi;
/** Files beside a model: projectors for images, measurements for quantising, and what drafts for another model. */
const companion = /(^|[-_.])(mmproj|imatrix|draft)([-_.]|$)/i;

/**
 * The downloads that a repository offers, the smallest first. Splits are one download, also those in a folder named
 * for their quantisation; a model of which a split is missing is not offered.
 */
export function quantisationsOf(files: readonly HubFile[]): HubQuantisation[] {
  const groups = new Map<string, HubFile[]>();
  for (const file of files) {
    if (companion.test(baseName(file.path))) continue;
    const key = file.path.replace(splitName, (_, _number: string, count: string) => `-of-${count}.gguf`);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const found = [...groups.values()].filter(isComplete).map((group) => {
    const sorted = group.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const first = sorted[0] as HubFile;
    return { name: nameOf(first.path), files: sorted, bytes: sorted.reduce((sum, file) => sum + file.bytes, 0) };
  });
  return distinct(found).toSorted((a, b) => a.bytes - b.bytes);
}

/** The quantisation to propose: the first of `wanted` that there is, else the usual middle, else the smallest. */
export function proposed(choices: readonly HubQuantisation[], wanted: readonly string[]): HubQuantisation | undefined {
  for (const name of [...wanted, 'Q4_K_M', 'UD-Q4_K_XL', 'MXFP4', 'Q4_0', 'Q8_0']) {
    const choice = choices.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (choice !== undefined) return choice;
  }
  return choices[0];
}

function isComplete(group: readonly HubFile[]): boolean {
  const first = splitName.exec(group[0]?.path ?? '');
  if (first === null) return group.length === 1;
  const numbers = new Set(group.map(({ path }) => Number(splitName.exec(path)?.[1])));
  const count = Number(first[2]);
  return group.length === count && numbers.size === count && numbers.has(1) && numbers.has(count);
}

function nameOf(path: string): string {
  const stem = baseName(path)
    .replace(splitName, '')
    .replace(/\.gguf$/i, '');
  const folder = path.split('/').at(-2) ?? '';
  const name = lastQuantisation(stem) ?? lastQuantisation(folder);
  return name?.toUpperCase() ?? stem;
}

function lastQuantisation(text: string): string | undefined {
  return [...text.matchAll(quantisation)].at(-1)?.[1];
}

/** Two models of one repository may have the same quantisation: then the names of their files tell them apart. */
function distinct(found: readonly HubQuantisation[]): HubQuantisation[] {
  const counts = new Map<string, number>();
  for (const { name } of found) counts.set(name, (counts.get(name) ?? 0) + 1);
  return found.map((each) => {
    if (counts.get(each.name) === 1) return each;
    return { ...each, name: (each.files[0]?.path ?? '').replace(splitName, '').replace(/\.gguf$/i, '') };
  });
}

function baseName(path: string): string {
  return path.split('/').at(-1) ?? path;
}
