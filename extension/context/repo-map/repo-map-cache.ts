import { paced } from '../paced.ts';
import { repoMap, type MapSeeds } from './repo-map.ts';
import type { ProjectFile } from './project-modules.ts';
import { RepoGraph } from './repo-graph.ts';
import { digestOf, type SavedMaps } from './saved-maps.ts';
import type { SourceFile, SourceIndex } from '../../workspace/source-index.ts';

export interface RepoMapCacheParts {
  readonly index: SourceIndex;
  readonly memory: Pick<SavedMaps, 'find' | 'keep'>;
  readonly relative: (absolute: string) => string;
  /** Reads the files that say what bare imports mean. */
  readonly projects: () => Promise<readonly ProjectFile[]>;
  /** True for files that no map may show. */
  readonly isSecret: (path: string) => boolean;
  /** Called when a map could not be saved. */
  readonly failed: (thrown: unknown) => void;
}

/** The model that a map is for. */
export interface MapReader {
  /** Identifies the model that tokens are counted for. */
  readonly model: string;
  readonly budget: number;
  readonly count: (texts: readonly string[]) => Promise<readonly number[]>;
}

interface NamedSource {
  readonly name: string; // workspace-relative, `/`
  readonly source: SourceFile;
}

/** A map is rebuilt when the definitions of more than this share of the files changed. */
const staleShare = 0.1;
/** How long a new conversation waits for the first reading of the workspace, in milliseconds. */
const patienceMs = 5000;
/** The graph is rebuilt at most once per this many times its own build time. */
const restFactor = 20;

/**
 * The repo maps of a workspace. Owns: when a map is rebuilt; the map that conversations begin with keeps its bytes as
 * long as possible. Does not own: what is in a map (repo-map.ts), its place in a prompt.
 */
export class RepoMapCache {
  readonly #parts: RepoMapCacheParts;
  readonly #unlisten: () => void;
  #graph: Promise<RepoGraph> | undefined;
  #dirty = true;
  #restsUntil = 0;
  #complete = false;
  /** Maps are made one at a time. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(parts: RepoMapCacheParts) {
    this.#parts = parts;
    this.#unlisten = parts.index.onChange(() => {
      this.#dirty = true;
    });
  }

  dispose(): void {
    this.#unlisten();
  }

  /**
   * The map that every conversation begins with: the same text until much has changed, also after a reload. Empty while
   * the workspace has not been read and no map was saved.
   */
  shared(reader: MapReader): Promise<string> {
    const made = this.#making.then(() => this.#shared(reader));
    this.#making = made.catch(() => undefined); // the caller gets the error
    return made;
  }

  /** The map for one request: relevant definitions that were not shown yet. Empty if there are none. */
  async seeded(
    reader: MapReader,
    seeds: MapSeeds,
    shown: ReadonlySet<string>,
    without: ReadonlySet<string>,
  ): Promise<string> {
    await this.#ready(patienceMs);
    return repoMap(await this.#currentGraph(), {
      budget: reader.budget,
      count: reader.count,
      seeds,
      shown,
      without,
      pause: paced(),
    });
  }

  /** True if the words of a text name something particular in the workspace. */
  async concerns(text: string): Promise<boolean> {
    return (await this.#currentGraph()).isNamedBy(text);
  }

  async #shared(reader: MapReader): Promise<string> {
    const { memory, failed } = this.#parts;
    const key = `${reader.model} ${reader.budget}`;
    const kept = await memory.find(key);
    if (!(await this.#ready(kept === undefined ? patienceMs : 0))) return kept?.text ?? '';
    const pause = paced();
    const files = await this.#files(pause);
    if (kept !== undefined && (await changedShare(kept.digests, files, pause)) <= staleShare) return kept.text;
    const text = await repoMap(await this.#currentGraph(), { budget: reader.budget, count: reader.count, pause });
    await memory.keep({ key, text, digests: await digestsOf(files, pause) }).catch(failed);
    return text;
  }

  async #ready(waitMs: number): Promise<boolean> {
    if (this.#complete) return true;
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), waitMs);
    try {
      await this.#parts.index.ready(waiting.signal);
      this.#complete = true;
    } catch (thrown) {
      if (!waiting.signal.aborted) this.#parts.failed(thrown); // what was read so far still counts
    } finally {
      clearTimeout(timer);
    }
    return this.#complete;
  }

  async #files(pause: () => Promise<void>): Promise<NamedSource[]> {
    const { index, relative, isSecret } = this.#parts;
    const files: NamedSource[] = [];
    for (const source of index.files()) {
      const name = relative(source.path);
      if (!isSecret(name)) files.push({ name, source });
      await pause();
    }
    return files;
  }

  #currentGraph(): Promise<RepoGraph> {
    if (this.#graph !== undefined && (!this.#dirty || Date.now() < this.#restsUntil)) return this.#graph;
    this.#dirty = false;
    const started = Date.now();
    const built = this.#build().then((graph) => {
      this.#restsUntil = Date.now() + restFactor * (Date.now() - started);
      return graph;
    });
    this.#graph = built;
    this.#restsUntil = Number.POSITIVE_INFINITY;
    built.catch(() => {
      if (this.#graph === built) this.#graph = undefined;
    });
    return built;
  }

  async #build(): Promise<RepoGraph> {
    const pause = paced();
    const projects = await this.#parts.projects().catch((error: unknown) => {
      this.#parts.failed(error); // a map without them is better than none
      return [];
    });
    return RepoGraph.build(await this.#files(pause), projects, pause);
  }
}

async function digestsOf(
  files: readonly NamedSource[],
  pause: () => Promise<void>,
): Promise<Readonly<Record<string, number>>> {
  const digests: [string, number][] = [];
  for (const { name, source } of files) {
    digests.push([name, digestOf(source)]);
    await pause();
  }
  return Object.fromEntries(digests);
}

async function changedShare(
  before: Readonly<Record<string, number>>,
  files: readonly NamedSource[],
  pause: () => Promise<void>,
): Promise<number> {
  let same = 0;
  for (const { name, source } of files) {
    if (Object.hasOwn(before, name) && before[name] === digestOf(source)) same++;
    await pause();
  }
  const most = Math.max(Object.keys(before).length, files.length);
  return most === 0 ? 0 : 1 - same / most;
}
