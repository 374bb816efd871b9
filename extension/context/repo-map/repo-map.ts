import { pageRank } from './page-rank.ts';
import { definitionKinds } from '../../workspace/definitions.ts';
import type { MapFile } from './map-file.ts';
import type { RepoGraph } from './repo-graph.ts';
import { askedWords } from './file-words.ts';

/** The request that a map is made for. */
export interface MapSeeds {
  /** The user's words. */
  readonly request: string;
  /** Workspace-relative files, with how much each counts. */
  readonly files: ReadonlyMap<string, number>;
}

export interface MapOptions {
  /** Tokens that the map may take. */
  readonly budget: number;
  /** Counts tokens with the model's tokenizer. */
  readonly count: (texts: readonly string[]) => Promise<readonly number[]>;
  /** Undefined for a map of the whole workspace. */
  readonly seeds?: MapSeeds;
  /** Rows that were shown before: see `mapRows`. */
  readonly shown?: ReadonlySet<string>;
  /** Files that are in the prompt with their whole text. */
  readonly without?: ReadonlySet<string>;
  readonly pause?: () => Promise<void>;
}

const rowMax = 120;
/** Shares of the start weight: the user's files, files with names that fit the request, all others. */
const shares = { files: 0.45, request: 0.45, others: 0.1 };
const fittingMax = 40;
/** The share of a file's start weight that goes to its own definitions: much when the request gave the weight. */
const ownShare = { seeded: 0.8, unseeded: 0.15 };
/** Each further definition of a file counts less, so that more files are shown. */
const fatigue = 0.6;
/** Weight added to the usual 1 for a definition that the request names; members get less. */
const askedFor = { name: 20, word: 4, member: 0.4 };
/** Rows that score less than this share of the best one are noise. */
const floor = 0.01;
/** The fewest tokens of a row, with its share of the file's name. */
const rowTokensMin = 5;
/** Extra rows to rank, because rows of files that are in the prompt whole are dropped later. */
const wholeRows = 200;

/**
 * The most important definitions, by file, within a budget of tokens. The same input gives the same text. Empty when
 * nothing fits the request or there are no definitions.
 */
export async function repoMap(graph: RepoGraph, options: MapOptions): Promise<string> {
  const { seeds, pause = async () => undefined } = options;
  if (graph.nodes === 0) return '';
  const start = seeds === undefined ? graph.files.map((file) => file.standing) : await seededStart(graph, seeds, pause);
  if (start === undefined) return '';
  const rank = await pageRank(graph, start, pause);
  const ranked = await rankedRows(
    graph,
    rank,
    start,
    options,
    Math.ceil(options.budget / rowTokensMin) + (options.shown?.size ?? 0) + wholeRows,
  );
  const rows = seeds === undefined ? ranked : ranked.filter(({ score }) => score >= floor * (ranked[0]?.score ?? 0));
  return fill(graph, rows, options);
}

/** The map rows that the texts contain already. */
export function mapRows(texts: readonly string[]): Set<string> {
  const rows = new Set<string>();
  const text = texts.join('\n');
  for (const [, body = ''] of text.matchAll(/<repo-map[^>]*>\n([\s\S]*?)\n<\/repo-map>/g)) {
    let file = '';
    for (const row of body.split('\n')) {
      if (row.startsWith(' ')) rows.add(rowKey(file, row.trim()));
      else file = row.replace(/:$/, '');
    }
  }
  return rows;
}

/** Start weights per file; undefined when neither the words nor the files of the request say where to look. */
async function seededStart(
  graph: RepoGraph,
  { request, files }: MapSeeds,
  pause: () => Promise<void>,
): Promise<number[] | undefined> {
  const named = new Map<number, number>();
  const places = new Map(graph.files.map((file, at) => [file.name, at]));
  for (const [name, weight] of files) {
    const at = places.get(name);
    if (at !== undefined) named.set(at, weight);
  }
  await pause();
  const fit = await graph.fit(askedWords(request), pause);
  const fitting = new Map(
    [...fit]
      .map(([file, score]) => [file, score ** 2 * Math.sqrt(graph.files[file]?.standing ?? 0)] as const)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, fittingMax),
  );
  if (named.size === 0 && fitting.size === 0) return undefined;
  const start = graph.files.map((file) => file.standing);
  share(start, shares.others);
  for (const [group, part] of [
    [named, shares.files],
    [fitting, shares.request],
  ] as const) {
    const total = [...group.values()].reduce((sum, weight) => sum + weight, 0);
    for (const [file, weight] of group) start[file] = (start[file] ?? 0) + (part * weight) / total;
  }
  return start;
}

function share(weights: number[], part: number): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const at of weights.keys()) weights[at] = (part * (weights[at] ?? 0)) / total;
}

interface Row {
  readonly file: number;
  /** The definition's row in the graph. */
  readonly at: number;
  readonly score: number;
}

/** The best `most` definitions, best first: a file's rank is passed along its edges to the definitions it uses. */
async function rankedRows(
  graph: RepoGraph,
  rank: Float64Array,
  start: readonly number[],
  { seeds, pause }: MapOptions,
  most: number,
): Promise<Row[]> {
  const handed = await handOn(graph, rank, pause);
  await pause?.();
  const { name, kind, outer, target } = graph.definitions;
  const asked = graph.words.numbersOf(askedWords(seeds?.request ?? ''));
  const fit = (id: number): number =>
    1 + (asked.names.has(id) ? askedFor.name : 0) + askedFor.word * graph.words.wordsAsked(asked, id);
  const part = seeds === undefined ? ownShare.unseeded : ownShare.seeded;
  const home = start.reduce((sum, weight) => sum + weight, 0);
  let rows: Row[] = [];
  for (const [file, { first, end, standing }] of graph.files.entries()) {
    const own: number[] = [];
    for (let at = first; at < end; at++) own.push(fit(name[at] as number) * (outer[at] === -1 ? 1 : askedFor.member));
    const given = (part * (start[file] ?? 0)) / home / own.reduce((total, weight) => total + weight, 0);
    const scored = own.map((weight, place) => {
      const at = first + place;
      const reached = target[at] === -1 ? 0 : (handed[target[at] as number] ?? 0);
      return {
        at,
        score: (reached + given * weight) * (kindWeights[kind[at] as number] as number) * Math.sqrt(standing),
      };
    });
    scored
      .sort((a, b) => b.score - a.score || a.at - b.at)
      .forEach(({ at, score }, place) => rows.push({ file, at, score: score / (1 + fatigue * place) }));
    if (rows.length > 4 * most) rows = best(rows, most);
    await pause?.();
  }
  return best(rows, most);
}

/** The rank that reaches each target: a file's rank is shared among its edges by their weight. */
async function handOn(graph: RepoGraph, rank: Float64Array, pause: MapOptions['pause']): Promise<Float64Array> {
  const out = new Float64Array(graph.nodes);
  const handed = new Float64Array(graph.targets);
  for (let edge = 0; edge < graph.from.length; edge++)
    out[graph.from[edge] as number] = (out[graph.from[edge] as number] as number) + (graph.weight[edge] as number);
  await pause?.();
  for (let edge = 0; edge < graph.from.length; edge++) {
    const from = graph.from[edge] as number;
    const target = graph.target[edge] as number;
    handed[target] =
      (handed[target] as number) + ((rank[from] as number) * (graph.weight[edge] as number)) / (out[from] as number);
  }
  return handed;
}

function best(rows: Row[], most: number): Row[] {
  return rows.sort((a, b) => b.score - a.score || a.at - b.at).slice(0, most);
}

/** By the number of a kind. Members count less: they can be found through their class. */
const kindWeights = Float64Array.from(definitionKinds, (kind) => {
  if (kind === 'field') return 0.2;
  return kind === 'method' || kind === 'constant' ? 0.6 : 1;
});

/** Takes rows while they fit, with their file's name and their enclosing definitions. */
async function fill(
  graph: RepoGraph,
  rows: readonly Row[],
  { budget, count, shown = new Set(), without = new Set() }: MapOptions,
): Promise<string> {
  const wanted = rows
    .filter(({ file, at }) => {
      const { name } = graph.files[file] as MapFile;
      return !without.has(name) && !shown.has(rowKey(name, textOf(graph, file, at)));
    })
    .slice(0, Math.ceil(budget / rowTokensMin));
  const texts = [
    ...new Set(
      wanted.flatMap((row) => [
        headOf(graph, row.file),
        ...chain(graph, row.at).map((at) => rowOf(graph, row.file, at)),
      ]),
    ),
  ];
  const counts = await count(texts);
  const costs = new Map(texts.map((text, at) => [text, counts[at] ?? 0]));
  let left = budget;
  const taken = new Map<number, Set<number>>();
  for (const { file, at: wantedAt } of wanted) {
    const own = taken.get(file);
    const added = chain(graph, wantedAt).filter((at) => own?.has(at) !== true);
    const cost = [
      ...(own === undefined ? [headOf(graph, file)] : []),
      ...added.map((at) => rowOf(graph, file, at)),
    ].reduce((sum, text) => sum + (costs.get(text) ?? 0), 0);
    if (cost > left) {
      if (left < 2 * rowTokensMin) break;
      continue;
    }
    left -= cost;
    taken.set(file, new Set([...(own ?? []), ...added]));
  }
  const files = [...taken.keys()].sort((a, b) => a - b); // by name
  return files
    .map(
      (file) =>
        headOf(graph, file) +
        [...(taken.get(file) ?? [])]
          .sort((a, b) => a - b)
          .map((at) => rowOf(graph, file, at))
          .join(''),
    )
    .join('')
    .trimEnd();
}

function headOf(graph: RepoGraph, file: number): string {
  return `${graph.files[file]?.name ?? ''}:\n`;
}

/** The definition's row and those of its enclosing ones, outermost first. */
function chain(graph: RepoGraph, at: number): number[] {
  const outer = graph.definitions.outer[at] ?? -1;
  return outer === -1 ? [at] : [...chain(graph, outer), at];
}

function rowOf(graph: RepoGraph, file: number, at: number): string {
  return `${'  '.repeat(chain(graph, at).length)}${textOf(graph, file, at)}\n`;
}

function textOf(graph: RepoGraph, file: number, at: number): string {
  const place = graph.definitions.place[at] ?? -1;
  const signature = graph.files[file]?.source.definitions[place]?.signature ?? '';
  const bare = signature.replace(/\s*(\{|=>|:|=)?\s*$/, '');
  return bare.length > rowMax ? `${bare.slice(0, rowMax)}…` : bare;
}

function rowKey(file: string, row: string): string {
  return `${file}\n${row}`;
}
