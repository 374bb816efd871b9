import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../workspace/is-record.ts';
import { jsonLines, LineLog } from './line-log.ts';

/** A file state by the names of its contents in the blob store; null for none. */
export interface StoredState {
  readonly disk: string | null;
  readonly buffer: string | null;
  /** The target, if the file is a symlink. */
  readonly link?: string;
}

export interface ChangeLine {
  readonly turn: number;
  readonly path: string; // absolute
  readonly before: StoredState;
  /** Null while the change is under way, and if what followed could not be stored. */
  readonly after: StoredState | null;
}

/** Log line: earlier checkpoints of this turn and later ones are void. */
interface BeginLine {
  readonly begins: number;
}

/** The last line of each file, by turn. */
export type TurnChanges = Map<number, Map<string, ChangeLine>>;

/**
 * What the turns of each conversation changed, one file of JSON lines per conversation. A damaged line costs itself
 * only. Owns: the files, their lines in memory. Does not own: contents.
 */
export class CheckpointLog {
  readonly #folder: string;
  readonly #logs = new Map<string, LineLog>();
  readonly #loaded = new Map<string, TurnChanges>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async turns(conversation: string): Promise<TurnChanges> {
    const known = this.#loaded.get(conversation);
    if (known !== undefined) return known;
    const turns: TurnChanges = new Map();
    for (const value of jsonLines((await this.#log(conversation).text()) ?? '')) {
      const line = checkpointLine(value);
      if (line !== undefined) remember(turns, line);
    }
    this.#loaded.set(conversation, turns);
    return turns;
  }

  /** Rejects if the line could not be written. It counts in this window, and is written with the next one. */
  async append(conversation: string, line: ChangeLine | BeginLine): Promise<void> {
    remember(await this.turns(conversation), line);
    await this.#log(conversation).append([line]);
  }

  async forget(conversation: string): Promise<void> {
    this.#loaded.delete(conversation);
    this.#logs.delete(conversation);
    await rm(this.#file(conversation), { force: true });
  }

  #log(conversation: string): LineLog {
    const log = this.#logs.get(conversation) ?? new LineLog(this.#file(conversation));
    this.#logs.set(conversation, log);
    return log;
  }

  #file(conversation: string): string {
    return path.join(this.#folder, `${path.basename(conversation)}.jsonl`);
  }
}

function remember(turns: TurnChanges, line: ChangeLine | BeginLine): void {
  if ('begins' in line) {
    for (const turn of turns.keys()) if (turn >= line.begins) turns.delete(turn);
    return;
  }
  const files = turns.get(line.turn) ?? new Map<string, ChangeLine>();
  files.set(line.path, line);
  turns.set(line.turn, files);
}

/** Undefined for a line that is damaged in any part. */
function checkpointLine(value: unknown): ChangeLine | BeginLine | undefined {
  if (!isRecord(value)) return undefined;
  const { begins, turn, path: file, before, after } = value;
  if (isTurn(begins)) return { begins };
  if (!isTurn(turn) || typeof file !== 'string' || !path.isAbsolute(file)) return undefined;
  if (!isState(before) || (after !== null && !isState(after))) return undefined;
  return { turn, path: file, before, after };
}

function isTurn(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isState(value: unknown): value is StoredState {
  if (!isRecord(value)) return false;
  const { disk, buffer, link } = value;
  return isName(disk) && isName(buffer) && (link === undefined || typeof link === 'string');
}

/** A name in the blob store is a hash, and so never a path. */
function isName(value: unknown): boolean {
  return value === null || (typeof value === 'string' && /^[\da-f]{64}$/.test(value));
}
