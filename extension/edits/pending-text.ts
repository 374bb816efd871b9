import { createHash } from 'node:crypto';
import { absorb } from './hunk-merge.ts';
import { hunks, keep, undo, type Hunk } from './hunks.ts';
import { withEol } from './least-edit.ts';
import { hasMixedEnds, withOldEnds } from './line-ends.ts';

/** A text with pending changes as stored on disk. */
export interface StoredPending {
  readonly uri: string;
  /** With its own line ends; undefined if the assistant created the file. */
  readonly baseline: string | undefined;
  /** Undefined if the assistant deleted it. */
  readonly current: string | undefined;
  /** True if the assistant was changing it. */
  readonly changing: boolean;
  readonly sources: readonly string[];
  /** Where the file led to as a symlink, before the assistant changed it. */
  readonly link?: string;
}

/** Number of earlier states to keep, and the longest text to keep, in characters. */
const knownMax = 50;
const knownLengthMax = 200_000;

/**
 * One text with and without the assistant's pending changes, and so the hunks to decide on. The kind of line end is
 * ignored, since editors change it for the whole file. Owns: which changes are the assistant's.
 */
export class PendingText {
  readonly sources = new Set<string>();
  /** Number of changes by the assistant under way. */
  changing = 0;
  #baseline: string | undefined;
  #current: string | undefined;
  /** The first baseline with its own line ends. */
  #exact: string | undefined;
  /** True if the user deleted the file; it may come back. */
  #gone = false;
  #hunks: readonly Hunk[] | undefined;
  /** The baselines of earlier texts, by hash: if undo brings a text back, its hunks come back too. */
  readonly #known = new Map<string, string | undefined>();
  /** Texts since the last `take`, oldest first. */
  #passed: string[] = [];

  readonly #link: string | undefined;

  constructor(text: string | undefined, link?: string) {
    this.#link = link;
    this.#exact = text;
    this.#baseline = plain(text);
    this.#current = this.#baseline;
  }

  static stored({ baseline, current, changing, sources, link }: StoredPending): PendingText {
    const text = new PendingText(baseline, link);
    text.#current = plain(current);
    text.changing = changing ? 1 : 0;
    for (const source of sources) text.sources.add(source);
    text.#remember();
    return text;
  }

  get baseline(): string | undefined {
    return this.#baseline;
  }

  get current(): string | undefined {
    return this.#current;
  }

  get hunks(): readonly Hunk[] {
    this.#hunks ??= hunks(this.#baseline ?? '', this.#current ?? '');
    return this.#hunks;
  }

  get pending(): boolean {
    return !this.#gone && this.#baseline !== this.#current;
  }

  /** The assistant is about to change this text. */
  begin(text: string | undefined, source: string): void {
    // A deleted file that is created again is a new file.
    if (this.#gone && text === undefined) this.#set(undefined, undefined);
    else this.take(text);
    if (!this.pending) this.sources.clear();
    this.sources.add(source);
    this.changing++;
  }

  /** The text at this moment; counts at the next `take`. */
  pass(text: string): void {
    this.#passed.push(text);
  }

  /** The text now. The assistant changed it during begin and end, else the user. */
  take(raw: string | undefined): void {
    const passed = this.#passed;
    this.#passed = [];
    for (const text of [...passed, raw]) this.#take(text);
  }

  #take(raw: string | undefined): void {
    const text = plain(raw);
    if (text === undefined && this.changing === 0) {
      this.#gone = this.#current !== undefined;
      return;
    }
    this.#gone = false;
    if (text === this.#current) return;
    this.#remember();
    if (this.changing > 0) this.#set(this.#baseline, text);
    else this.#set(this.#baselineFor(text), text);
  }

  /** Keeps the chosen hunks, or all. */
  keep(chosen: readonly Hunk[] | undefined): void {
    this.#known.clear();
    const all = chosen === undefined || chosen.length === this.hunks.length;
    this.#set(all ? this.#current : keep(this.#baseline ?? '', this.#current ?? '', chosen), this.#current);
  }

  /** The symlink that undoing the chosen hunks brings back: a link has no parts. */
  linkOf(chosen: readonly Hunk[] | undefined): string | undefined {
    return chosen === undefined || chosen.length === this.hunks.length ? this.#link : undefined;
  }

  /** The text without the chosen hunks, or without all; with its own line ends if they are known. */
  undone(chosen: readonly Hunk[] | undefined): string | undefined {
    const all = chosen === undefined || chosen.length === this.hunks.length;
    return all
      ? this.#withOwnEnds(this.#baseline)
      : this.#withOwnEnds(undo(this.#baseline ?? '', this.#current ?? '', chosen));
  }

  /** Hunks were undone: this is the text now, and the baseline stays. */
  rewrite(text: string | undefined): void {
    this.#remember();
    this.#set(this.#baseline, plain(text));
  }

  toStored(uri: string): StoredPending {
    return {
      uri,
      baseline: this.#withOwnEnds(this.#baseline),
      current: this.#current,
      changing: this.changing > 0,
      sources: [...this.sources],
      ...(this.#link !== undefined && { link: this.#link }),
    };
  }

  #baselineFor(text: string | undefined): string | undefined {
    const known = text === undefined ? undefined : nameOf(text);
    if (known !== undefined && this.#known.has(known)) return this.#known.get(known);
    // A file that the user deleted or created is all the user's.
    if (text === undefined || this.#current === undefined) return text;
    return absorb(this.#baseline ?? '', this.#current, text);
  }

  #set(baseline: string | undefined, current: string | undefined): void {
    this.#baseline = baseline;
    this.#current = current;
    this.#gone = false;
    this.#hunks = undefined;
  }

  #remember(): void {
    const text = this.#current;
    if (text === undefined || text.length > knownLengthMax) return;
    const name = nameOf(text);
    this.#known.delete(name);
    this.#known.set(name, this.#baseline);
    const [oldest] = this.#known.keys();
    if (this.#known.size > knownMax && oldest !== undefined) this.#known.delete(oldest);
  }

  #withOwnEnds(text: string | undefined): string | undefined {
    if (text === undefined || this.#exact === undefined) return text;
    if (plain(this.#exact) === text) return this.#exact;
    if (hasMixedEnds(this.#exact)) return withOldEnds(this.#exact, text);
    return this.#exact.includes('\r\n') ? withEol(text, '\r\n') : text;
  }
}

function plain(text: string | undefined): string | undefined {
  return text === undefined ? undefined : withEol(text, '\n');
}

function nameOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
