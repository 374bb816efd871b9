import { dataName, dataText } from '../agent/data-block.ts';
import type { Definition, DefinitionKind } from '../workspace/definitions.ts';
import { isTestFile } from '../workspace/test-file-name.ts';

export interface BlockFile {
  readonly path: string; // workspace-relative, `/`
  readonly definitions: readonly Definition[];
}

export interface BlockOptions {
  /** Files near this one come first when not all fit. */
  readonly near: string | undefined;
  /** Tokens that the whole block may take. */
  readonly budget: number;
  readonly count: (texts: readonly string[]) => Promise<readonly number[]>;
}

const othersMax = 8;
/** The kinds that small models were taught to expect in the block. */
const shownKinds: ReadonlySet<DefinitionKind> = new Set(['function', 'method', 'class', 'interface', 'type', 'enum']);

/**
 * The compact profile's view of the workspace: package.json, other files, sources with their signatures, then tests,
 * each sorted by path; nearest first, until the budget is full.
 */
export async function compactBlock(files: readonly BlockFile[], options: BlockOptions): Promise<string> {
  const sources = files.filter((file) => isSource(file) && !isTestFile(file.path));
  const tests = files.filter((file) => isTestFile(file.path));
  const others = files.filter(
    (file) =>
      !sources.includes(file) &&
      !tests.includes(file) &&
      file.path !== 'package.json' &&
      !/(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml)$/.test(file.path),
  );
  const wanted = [...sources, ...tests, ...others.slice(0, othersMax)].map((file) => ({
    file,
    row: rowOf(file),
    distance: distance(file.path, options.near),
  }));
  const nearest = [...wanted].sort((a, b) => a.distance - b.distance);
  const costs = new Map(
    (await options.count(nearest.map(({ row }) => `${row}\n`))).map((cost, at) => [nearest[at]?.file, cost]),
  );
  const fixed = (await options.count(['<workspace>\npackage.json\n</workspace>']))[0] ?? 0;
  let left = options.budget - fixed;
  const kept = new Set<BlockFile>();
  for (const { file } of nearest) {
    const cost = costs.get(file) ?? 0;
    if (cost > left) continue;
    left -= cost;
    kept.add(file);
  }
  const rows = (of: readonly BlockFile[]) =>
    of
      .filter((file) => kept.has(file))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(rowOf);
  const manifest = files.some((file) => file.path === 'package.json') ? ['package.json'] : [];
  return ['<workspace>', ...manifest, ...rows(others), ...rows(sources), ...rows(tests), '</workspace>'].join('\n');
}

function isSource(file: BlockFile): boolean {
  return /\.(m|c)?[jt]sx?$/.test(file.path);
}

function rowOf(file: BlockFile): string {
  const path = dataName(file.path);
  if (isTestFile(file.path)) return path;
  const signatures = !isSource(file)
    ? []
    : file.definitions
        .filter(({ topLevel, kind, name }) => topLevel && shownKinds.has(kind) && name !== 'default')
        .map(({ name, parameters }) => (parameters === undefined ? name : `${name}(${parameters.join(', ')})`));
  return signatures.length === 0 ? path : `${path}: ${dataText(signatures.join(', '))}`;
}

/** Steps from one file to the other in the folder tree. */
export function distance(path: string, near: string | undefined): number {
  const folders = path.split('/').slice(0, -1);
  if (near === undefined) return folders.length;
  const from = near.split('/').slice(0, -1);
  let common = 0;
  while (common < folders.length && common < from.length && folders[common] === from[common]) common++;
  return folders.length + from.length - 2 * common;
}
