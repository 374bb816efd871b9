import { Worker } from 'node:worker_threads';
import { CodedError } from '../../protocol/coded-error.ts';
import type { ErrorCode } from '../../protocol/coded-error.ts';
import type { SpecialToken } from './special-token-matcher.ts';
import type { RenderRequest, TemplateTokens } from './template.ts';
import type { TemplateShape } from './template-shape.ts';

/** What a thread makes its template of. */
export interface TemplateSource {
  readonly source: string | undefined;
  readonly tokens: TemplateTokens;
  readonly specialTokens: readonly SpecialToken[];
}

export type TemplateQuestion =
  { readonly kind: 'shape' } | { readonly kind: 'render'; readonly request: RenderRequest };

export type TemplateAnswer =
  | { readonly kind: 'shape'; readonly shape: TemplateShape }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

type Answered = Exclude<TemplateAnswer, { readonly kind: 'failed' }>;

export interface TemplateThreadOptions {
  /** Starts the thread; default: the worker in the bundle. */
  readonly start?: (data: TemplateSource) => Worker;
  /** Milliseconds that an answer may take before the thread is ended. */
  readonly limitMs?: number;
}

interface Job {
  readonly question: TemplateQuestion;
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Only for work that is not counted. What a template may do is counted in steps, some seconds of a processor's time at
 * most; a busy machine may need a multiple of that by the clock.
 */
const limitMsDefault = 120_000;
/** Megabytes of the thread's heap: lists of a hostile template end the thread, not the daemon. */
const heapMb = 1024;

/**
 * The thread that renders one model's long conversations, one after another. It is started at first need, ended when an
 * answer takes too long or is no longer wanted, and started again for the next question.
 */
export class TemplateThread {
  readonly #source: TemplateSource;
  readonly #start: (data: TemplateSource) => Worker;
  readonly #limitMs: number;
  readonly #line: Job[] = [];
  #worker: Worker | undefined;
  #job: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(source: TemplateSource, { start = startWorker, limitMs = limitMsDefault }: TemplateThreadOptions = {}) {
    this.#source = source;
    this.#start = start;
    this.#limitMs = limitMs;
  }

  /** Throws `template.failed`, and `request.cancelled` as soon as `signal` is aborted. */
  async ask(question: TemplateQuestion, signal?: AbortSignal): Promise<Answered> {
    if (signal?.aborted) throw cancelled();
    if (this.#closed) throw unloaded();
    return await new Promise<Answered>((resolve, reject) => {
      const abandon = (): void => {
        reject(cancelled());
        this.#drop(job);
      };
      const done = (): void => signal?.removeEventListener('abort', abandon);
      const job: Job = {
        question,
        resolve: (answer) => (done(), resolve(answer)),
        reject: (error) => (done(), reject(error)),
      };
      signal?.addEventListener('abort', abandon, { once: true });
      this.#line.push(job);
      this.#next();
    });
  }

  /** Ends the thread; what waits for it is refused. */
  close(): void {
    this.#closed = true;
    const waiting = [...(this.#job === undefined ? [] : [this.#job]), ...this.#line.splice(0)];
    this.#job = undefined;
    this.#end();
    for (const job of waiting) job.reject(unloaded());
  }

  #next(): void {
    if (this.#job !== undefined) return;
    const job = this.#line.shift();
    if (job === undefined) return this.#worker?.unref();
    this.#job = job;
    this.#worker ??= this.#begin();
    this.#worker.ref();
    this.#worker.postMessage(job.question, []);
    this.#timer = setTimeout(() => this.#fail(`it takes longer than ${this.#limitMs / 1000} seconds`), this.#limitMs);
  }

  #begin(): Worker {
    const worker = this.#start(this.#source);
    let reason = 'its thread ended';
    worker.on('message', (answer: TemplateAnswer) => {
      if (worker === this.#worker) this.#settle(answer);
    });
    worker.on('error', (error) => (reason = error.message));
    worker.on('exit', () => {
      if (worker === this.#worker) this.#fail(reason);
    });
    return worker;
  }

  #settle(answer: TemplateAnswer): void {
    const job = this.#job;
    clearTimeout(this.#timer);
    this.#job = undefined;
    if (answer.kind === 'failed') job?.reject(new CodedError(answer.code, answer.message));
    else job?.resolve(answer);
    this.#next();
  }

  /** Ends the thread and refuses what it was asked. */
  #fail(why: string): void {
    const job = this.#job;
    this.#job = undefined;
    this.#end();
    job?.reject(new CodedError('template.failed', `The model's chat template cannot render these messages: ${why}.`));
    this.#next();
  }

  #drop(job: Job): void {
    const at = this.#line.indexOf(job);
    if (at >= 0) this.#line.splice(at, 1);
    if (job !== this.#job) return;
    this.#job = undefined;
    this.#end();
    this.#next();
  }

  #end(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }
}

function cancelled(): CodedError {
  return new CodedError('request.cancelled', 'The request was cancelled.');
}

function unloaded(): CodedError {
  return new CodedError('model.not-loaded', 'The model was unloaded meanwhile.');
}

/** The worker's bundle beside the daemon's. */
function startWorker(workerData: TemplateSource): Worker {
  const file = import.meta.url.endsWith('.ts') ? '../../../dist/template.js' : './template.js';
  return new Worker(new URL(file, import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
    execArgv: [],
    name: 'moonwright-template',
  });
}
