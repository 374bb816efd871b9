import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { realDisk, requireSpace, type DownloadDisk } from './download-disk.ts';
import { downloadFile, type DownloadPatience } from './download-file.ts';
import type { DownloadFolder } from './download-folder.ts';
import { DownloadLock } from './download-lock.ts';
import { ProgressNotes } from './download-progress.ts';
import { downloadId, requestBytes, type DownloadRequest } from './download-request.ts';
import { stateOf, type DownloadState } from './download-state.ts';
import { DownloadStore, type DownloadProgress, type DownloadWish, type StoredDownload } from './download-store.ts';
import type { HubClient } from './hub-client.ts';

interface DownloadQueueOptions {
  readonly hub: HubClient;
  /** Where finished models are kept. Read when a download starts. */
  readonly folder: DownloadFolder;
  /** A folder of this user for what is wanted and how far it is, shared by all windows. */
  readonly records: string;
  /** Told of faults that stop nothing, such as a record that cannot be written. */
  readonly failed: (thrown: unknown) => void;
  readonly disk?: DownloadDisk;
  readonly patience?: DownloadPatience;
}

const usualPatience: DownloadPatience = { stallMs: 60_000, retryMs: 1000 };
/** How often a window looks whether it may download, while another one does. */
const lookMs = 1000;

/**
 * The downloads of this user: one after the other, in one window at a time. Owns: their order, and which runs. Nothing
 * is loaded that was not added; what was added goes on after a reload. All windows show the same.
 */
export class DownloadQueue {
  readonly #options: DownloadQueueOptions;
  readonly #store: DownloadStore;
  readonly #lock: DownloadLock;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  #stored: readonly StoredDownload[] = [];
  #states: readonly DownloadState[] = [];
  #running: { readonly id: string; readonly attempt: number; readonly stop: AbortController } | undefined;
  #watcher: { dispose(): void } | undefined;
  #work: Promise<void> | undefined;
  #reading: Promise<void> = Promise.resolve();

  /** Does nothing before `open` is called. */
  constructor(options: DownloadQueueOptions) {
    this.#options = options;
    this.#store = new DownloadStore(options.records);
    this.#lock = new DownloadLock(`${options.records}/lock`, () => performance.now());
  }

  /** In the order in which they were added, finished ones among them. */
  get states(): readonly DownloadState[] {
    return this.#states;
  }

  /** Called after every change of `states`. */
  onChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Reads the downloads of earlier windows, and goes on with those that were neither paused nor finished. */
  async open(): Promise<void> {
    this.#watcher ??= await this.#store.watch(() => void this.#refresh().catch(this.#options.failed));
    await this.#refresh();
  }

  /**
   * Adds a download at the end of the line; the same files again are resumed. Resolves to its id. Throws download.space
   * if the disk has no room for it, and file.failed.
   */
  async add(request: DownloadRequest): Promise<string> {
    const { folder, disk = realDisk } = this.#options;
    await requireSpace(disk, folder.root, await this.#missingBytes(request));
    const id = downloadId(request);
    const before = (await this.#store.list()).find((stored) => stored.id === id);
    const added = before?.wish.added ?? Date.now();
    await this.#wish(id, { request, want: 'run', attempt: nextAttempt(before), added });
    return id;
  }

  /** Stops a download; what has arrived is kept. */
  async pause(id: string): Promise<void> {
    const { wish } = this.#find(id) ?? {};
    if (wish !== undefined) await this.#wish(id, { ...wish, want: 'pause' });
  }

  /** Goes on with a paused or failed download. */
  async resume(id: string): Promise<void> {
    const found = this.#find(id);
    if (found !== undefined) await this.#wish(id, { ...found.wish, want: 'run', attempt: nextAttempt(found) });
  }

  /** Forgets a download, and deletes what has arrived of it. The files of a finished one stay. */
  async cancel(id: string): Promise<void> {
    const { wish } = this.#find(id) ?? {};
    if (wish !== undefined) await this.#wish(id, { ...wish, want: 'cancel' });
  }

  /** Deletes the files of a finished download, and forgets it. */
  async deleteFiles(id: string): Promise<void> {
    const found = this.#find(id);
    if (found?.progress?.phase !== 'done') return;
    await this.#options.folder.removeModel(found.wish.request);
    await this.#store.remove(id);
    await this.#refresh();
  }

  /** Stops what runs in this window. Another window, or the next one, goes on with it. */
  async dispose(): Promise<void> {
    this.#ended.abort();
    this.#running?.stop.abort();
    this.#watcher?.dispose();
    this.#listeners.clear();
    await this.#work;
    await this.#reading.catch(() => undefined);
  }

  async #wish(id: string, wish: DownloadWish): Promise<void> {
    await this.#store.setWish(id, wish);
    await this.#refresh();
  }

  /** Reads what all windows wrote, one reading after the other, and acts on it. */
  #refresh(): Promise<void> {
    const next = this.#reading
      .catch(() => undefined)
      .then(async () => {
        if (this.#ended.signal.aborted) return;
        const stored = await this.#store.list();
        this.#stored = stored.map((each) => this.#newest(each));
        this.#show();
        const running = this.#running;
        const wish = this.#find(running?.id)?.wish;
        if (running !== undefined && (wish?.want !== 'run' || wish.attempt !== running.attempt)) running.stop.abort();
        if (this.#next() !== undefined) this.#start();
      });
    this.#reading = next;
    return next;
  }

  /**
   * This window knows better than the record how far its own download is, and that an attempt has ended: on a full disk
   * neither could be noted.
   */
  #newest(stored: StoredDownload): StoredDownload {
    const known = this.#find(stored.id)?.progress;
    if (known === undefined) return stored;
    const isOver = known.attempt === stored.wish.attempt && hasEnded(known);
    return this.#running?.id === stored.id || isOver ? { ...stored, progress: known } : stored;
  }

  #find(id: string | undefined): StoredDownload | undefined {
    return this.#stored.find((stored) => stored.id === id);
  }

  /** What has to be done next: to clear away what was cancelled, then the first that waits. */
  #next(): StoredDownload | undefined {
    return this.#stored.find(({ wish }) => wish.want === 'cancel') ?? this.#stored.find(isDue);
  }

  #start(): void {
    if (this.#work !== undefined) return;
    this.#work = this.#workThrough().then(
      () => {
        this.#work = undefined;
        // Something may have been added after the last look.
        if (this.#next() !== undefined && !this.#ended.signal.aborted) this.#start();
      },
      (thrown: unknown) => {
        this.#work = undefined;
        this.#options.failed(thrown);
      },
    );
  }

  async #workThrough(): Promise<void> {
    const { signal } = this.#ended;
    try {
      for (let next = this.#next(); next !== undefined && !signal.aborted; next = this.#next()) {
        if (await this.#lock.tryTake(() => this.#running?.stop.abort())) await this.#do(next);
        else await delay(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
        await this.#refresh();
      }
    } finally {
      await this.#lock.release();
    }
  }

  async #do({ id, wish, progress }: StoredDownload): Promise<void> {
    if (wish.want !== 'cancel') return await this.#download(id, wish);
    if (progress?.phase !== 'done') await this.#options.folder.removeParts(wish.request);
    await this.#store.remove(id);
  }

  async #download(id: string, { request, attempt }: DownloadWish): Promise<void> {
    const { failed } = this.#options;
    const stop = new AbortController();
    this.#running = { id, attempt, stop };
    const notes = new ProgressNotes(attempt, requestBytes(request), async (progress) => {
      // Stored first: what is shown as done here is done in every window.
      await this.#store.setProgress(id, progress).catch(failed);
      this.#stored = this.#stored.map((each) => (each.id === id ? { ...each, progress } : each));
      this.#show();
    });
    const look = setInterval(() => {
      notes.look();
      // Another window may want it paused, and not every system tells of changed files.
      this.#refresh().catch(failed);
    }, lookMs);
    try {
      // Another wish may have come since this one was read.
      if (this.#find(id)?.wish.want !== 'run' || this.#ended.signal.aborted) return;
      await this.#load(request, notes, stop.signal);
      await notes.end({ phase: 'done', file: this.#options.folder.snapshot(request, firstFile(request)) });
    } catch (error) {
      if (stop.signal.aborted) await notes.end({ phase: 'waiting' });
      else if (error instanceof CodedError && error.code === 'download.space')
        await notes.end({ phase: 'paused', error: error.message });
      else await notes.end({ phase: 'failed', error: error instanceof Error ? error.message : String(error) });
      if (!(error instanceof CodedError)) failed(error);
    } finally {
      clearInterval(look);
      this.#running = undefined;
    }
  }

  async #load(request: DownloadRequest, notes: ProgressNotes, signal: AbortSignal): Promise<void> {
    const { hub, folder, disk = realDisk, patience = usualPatience } = this.#options;
    const here = await Promise.all(request.files.map((file) => folder.bytesHere(request, file)));
    notes.begin(here);
    await requireSpace(disk, folder.root, await this.#missingBytes(request));
    for (const [index, file] of request.files.entries()) {
      await downloadFile(request, file, { hub, folder, disk, patience }, notes.listener(index), signal);
    }
    await folder.pointMain(request);
  }

  async #missingBytes(request: DownloadRequest): Promise<number> {
    const { folder } = this.#options;
    const here = await Promise.all(request.files.map((file) => folder.bytesHere(request, file)));
    return requestBytes(request) - here.reduce((sum, bytes) => sum + bytes, 0);
  }

  #show(): void {
    const states = this.#stored.map(stateOf).filter((state) => state !== undefined);
    if (JSON.stringify(states) === JSON.stringify(this.#states)) return;
    this.#states = states;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether a download is to be loaded now: wanted, and its present attempt has not ended yet. */
function isDue({ wish, progress }: StoredDownload): boolean {
  if (wish.want !== 'run') return false;
  return progress?.attempt !== wish.attempt || !hasEnded(progress);
}

/** A download that is to be loaded anyway goes on with its attempt. */
function nextAttempt(stored: StoredDownload | undefined): number {
  if (stored === undefined) return 1;
  return isDue(stored) ? stored.wish.attempt : stored.wish.attempt + 1;
}

function hasEnded({ phase }: DownloadProgress): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'paused';
}

function firstFile(request: DownloadRequest): DownloadRequest['files'][number] {
  const [first] = request.files;
  if (first === undefined) throw new TypeError('Expected a file in the download but received none.');
  return first;
}
