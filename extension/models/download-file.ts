import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { isRecord } from '../workspace/is-record.ts';
import { diskError, type DownloadDisk } from './download-disk.ts';
import { readJson, sizeOf, type DownloadFolder } from './download-folder.ts';
import type { DownloadRequest } from './download-request.ts';
import { waitAsAsked, type HubClient } from './hub-client.ts';
import type { HubFile } from './hub-files.ts';

/** How long a download waits. In milliseconds. */
export interface DownloadPatience {
  /** Without a byte, until the connection counts as lost. */
  readonly stallMs: number;
  /** Before the first new try; it doubles with each that brings nothing. */
  readonly retryMs: number;
}

export interface FileDownloadTools {
  readonly hub: HubClient;
  readonly folder: DownloadFolder;
  readonly disk: DownloadDisk;
  readonly patience: DownloadPatience;
}

export interface FileListener {
  /** `bytes` of the file are on the disk. */
  arrived(bytes: number): void;
  /** Bytes on the disk are read again, to check them. Ends with the next `arrived`. */
  checking(): void;
}

/** A part that may be continued: its length, and the server's etag when it was begun. */
interface Known {
  readonly bytes: number;
  readonly etag: string;
}

const fruitlessMax = 5;

/**
 * Loads one file of a repository into `tools.folder`, from where an earlier try ended, and checks its SHA-256. Tries
 * again when the connection is lost. Ends when the file is there under its name. Throws CodedErrors: of the hub,
 * download.corrupt (nothing of it is kept), download.space and file.failed (what arrived is kept), request.cancelled.
 */
export async function downloadFile(
  request: DownloadRequest,
  file: HubFile,
  tools: FileDownloadTools,
  listener: FileListener,
  signal: AbortSignal,
): Promise<void> {
  const { folder, patience } = tools;
  const load = new FileDownload(request, file, tools, listener, signal);
  try {
    if (!(await folder.isKept(request, file))) {
      let fruitless = 0;
      while (!(await load.isFinished())) {
        const before = await load.partBytes();
        try {
          await load.loadRest();
        } catch (error) {
          if (!mayRetry(error)) throw error;
          fruitless = (await load.partBytes()) > before ? 1 : fruitless + 1;
          if (fruitless > fruitlessMax) throw error;
          await waitAsAsked(error, patience.retryMs * 2 ** fruitless, signal);
        }
      }
      await folder.show(request, file);
    }
    listener.arrived(file.bytes);
  } catch (error) {
    if (signal.aborted) throw new CodedError('request.cancelled', translate('Stopped.'), { cause: error });
    throw diskError(error);
  }
}

function mayRetry(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'hub.unreachable';
}

class FileDownload {
  readonly #request: DownloadRequest;
  readonly #file: HubFile;
  readonly #tools: FileDownloadTools;
  readonly #listener: FileListener;
  readonly #signal: AbortSignal;
  readonly #part: string;
  readonly #facts: string;

  constructor(
    request: DownloadRequest,
    file: HubFile,
    tools: FileDownloadTools,
    listener: FileListener,
    signal: AbortSignal,
  ) {
    this.#request = request;
    this.#file = file;
    this.#tools = tools;
    this.#listener = listener;
    this.#signal = signal;
    this.#part = tools.folder.part(request, file);
    this.#facts = tools.folder.partFacts(request, file);
  }

  /** Whether the finished bytes are there, from this download or another program's. They are checked once more. */
  async isFinished(): Promise<boolean> {
    const blob = this.#tools.folder.blob(this.#request, this.#file);
    if ((await sizeOf(blob)) !== this.#file.bytes) return false;
    this.#listener.checking();
    const hash = createHash('sha256');
    await addFile(hash, blob, this.#file.bytes, this.#signal);
    if (hash.digest('hex') === this.#file.sha256) return true;
    await rm(blob, { force: true });
    return false;
  }

  async partBytes(): Promise<number> {
    return (await sizeOf(this.#part)) ?? 0;
  }

  /** Loads what is missing, and makes the part the finished file. */
  async loadRest(): Promise<void> {
    await mkdir(path.dirname(this.#part), { recursive: true });
    const known = await this.#continuable();
    let hash = createHash('sha256');
    if (known.bytes > 0) {
      this.#listener.checking();
      await addFile(hash, this.#part, known.bytes, this.#signal);
    }
    if (known.bytes < this.#file.bytes) hash = await this.#stream(known, hash);
    if (hash.digest('hex') !== this.#file.sha256) {
      await this.#discard();
      const text = translate(
        '{0} did not arrive as the hub announces it (its SHA-256 differs), and was deleted; download it again.',
        this.#name,
      );
      throw new CodedError('download.corrupt', text);
    }
    await this.#tools.folder.finish(this.#request, this.#file);
  }

  /** Streams the file into its part, from the part's end where the server goes on there. Returns the hash of it all. */
  async #stream(known: Known, hash: Hash): Promise<Hash> {
    const stall = new Stall(this.#tools.patience.stallMs, this.#signal);
    try {
      const { response, start } = await this.#open(known, stall.signal);
      if (start === 0) await this.#begin(response);
      const all = start === 0 ? createHash('sha256') : hash;
      await this.#write(response, start, all, stall);
      return all;
    } catch (error) {
      if (this.#signal.aborted || !stall.signal.aborted) throw error;
      throw lost(error);
    } finally {
      stall.end();
    }
  }

  /** Asks for what follows the part, or for all of it where the server has no such part or begins at the front. */
  async #open(known: Known, signal: AbortSignal): Promise<{ readonly response: Response; readonly start: number }> {
    if (known.bytes > 0) {
      const response = await this.#get({ range: `bytes=${known.bytes}-` }, signal);
      if (response?.status === 200) return { response, start: 0 };
      if (response !== undefined && this.#isSame(response, known)) return { response, start: known.bytes };
      await response?.body?.cancel();
      await this.#discard();
    }
    const response = await this.#get({}, signal);
    if (response === undefined) throw lost(undefined);
    return { response, start: 0 };
  }

  /** The server's answer; undefined where it has no such range. */
  async #get(headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response | undefined> {
    const { hub } = this.#tools;
    const url = hub.address.file(this.#request.repository, this.#request.commit, this.#file.path);
    try {
      const { response, hubHeaders } = await hub.get(url, signal, headers);
      await this.#refuseOther(hubHeaders, response);
      return response;
    } catch (error) {
      if (error instanceof CodedError && error.data?.['status'] === 416) return undefined;
      throw error;
    }
  }

  async #write(response: Response, start: number, hash: Hash, stall: Stall): Promise<void> {
    const handle = await open(this.#part, start === 0 ? 'w' : 'r+');
    let position = start;
    try {
      this.#listener.arrived(position);
      for await (const piece of piecesOf(response)) {
        stall.moved();
        if (position + piece.length > this.#file.bytes) {
          // More than was announced: another file. The hash would say so, after it has filled the disk.
          throw await this.#otherSize();
        }
        await this.#tools.disk.write(handle, piece, position);
        hash.update(piece);
        position += piece.length;
        this.#listener.arrived(position);
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
    if (position < this.#file.bytes) throw lost(undefined);
  }

  /** Begins a new part, and notes first what the server says of the file: a part without that is not continued. */
  async #begin(response: Response): Promise<void> {
    await rm(this.#part, { force: true });
    await writeFile(this.#facts, JSON.stringify({ etag: etagOf(response.headers), bytes: this.#file.bytes }));
  }

  /** The part, as far as it can be continued. */
  async #continuable(): Promise<Known> {
    const bytes = await this.partBytes();
    const facts = bytes === 0 ? undefined : await readJson(this.#facts);
    if (!isRecord(facts) || facts['bytes'] !== this.#file.bytes || bytes > this.#file.bytes) {
      return { bytes: 0, etag: '' };
    }
    return { bytes, etag: String(facts['etag']) };
  }

  #isSame(response: Response, known: Known): boolean {
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    const etag = etagOf(response.headers);
    return (
      Number(range?.[1]) === known.bytes &&
      Number(range?.[2]) === this.#file.bytes &&
      (etag === known.etag || etag === '' || known.etag === '')
    );
  }

  /** Throws if the hub or the server says that this is another file than the one announced. */
  async #refuseOther(hubHeaders: Headers, response: Response): Promise<void> {
    const linked = (hubHeaders.get('x-linked-etag') ?? '').replace(/^W\/|"/g, '');
    const length = response.headers.get('content-length');
    const otherHash = /^[0-9a-f]{64}$/.test(linked) && linked !== this.#file.sha256;
    if (!otherHash && (response.status !== 200 || length === null || Number(length) === this.#file.bytes)) return;
    await response.body?.cancel();
    throw await this.#otherSize();
  }

  async #otherSize(): Promise<CodedError> {
    await this.#discard();
    const text = translate(
      '{0} is another file on the hub by now; cancel this download and choose it again.',
      this.#name,
    );
    return new CodedError('download.corrupt', text);
  }

  async #discard(): Promise<void> {
    await rm(this.#part, { force: true });
    await rm(this.#facts, { force: true });
  }

  get #name(): string {
    return path.posix.basename(this.#file.path);
  }
}

/** Aborts its signal when nothing moves for a time, or when the outer signal is aborted. */
class Stall {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, outer: AbortSignal) {
    const still = new AbortController();
    this.#timer = setTimeout(() => still.abort(), ms);
    this.signal = AbortSignal.any([outer, still.signal]);
  }

  moved(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** The pieces of an answer's body. A connection that breaks is hub.unreachable. */
async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  const pieces = (response.body ?? new ReadableStream<Uint8Array>())[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pieces.next().catch((error: unknown) => {
        throw lost(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // The error that ends the loop is the one to tell.
    await pieces.return?.().catch(() => undefined);
  }
}

function lost(cause: unknown): CodedError {
  const text = translate('The connection to the hub was lost. What has arrived is kept; resume when it is back.');
  return new CodedError('hub.unreachable', text, { cause });
}

function etagOf(headers: Headers): string {
  return (headers.get('etag') ?? '').replace(/^W\//, '');
}

async function addFile(hash: Hash, file: string, bytes: number, signal: AbortSignal): Promise<void> {
  for await (const piece of createReadStream(file, { end: bytes - 1, highWaterMark: 1024 * 1024, signal }))
    hash.update(piece as Buffer);
}
