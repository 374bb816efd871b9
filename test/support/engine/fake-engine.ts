import type {
  NativeCounters,
  NativeDone,
  NativeEngine,
  NativeEngineInfo,
  NativeEvent,
  NativeRequest,
  NativeShelved,
} from '../../../native/addon/contract.ts';

export interface FakeEngineOptions {
  readonly cells: number;
  readonly sequencesMax?: number;
  readonly batchTokens?: number;
  /** The token after these; default a hash of all of them. */
  readonly next?: (tokens: readonly number[]) => number;
  /** Tokens that end a reply. */
  readonly ends?: readonly number[];
  /** Memory that can only remove whole sequences, like a recurrent model's. */
  readonly wholeOnly?: boolean;
}

interface Cell {
  readonly token: number;
  /** Of all tokens up to this one. */
  readonly hash: number;
  owners: number;
}

interface Running {
  readonly id: number;
  readonly request: NativeRequest;
  readonly send: (events: readonly NativeEvent[]) => void;
  computed: number;
  generated: number;
  granted: number;
  last: number;
  stalled: boolean;
}

/**
 * A NativeEngine without a model: what the real one does with cells, positions and grants, and a reply that depends on
 * the exact tokens of the sequence. It throws where the real one would fail or compute nonsense: a wrong position, two
 * writers, no cells. Steps run by themselves, or one by one with `manual`.
 */
export class FakeEngine implements NativeEngine {
  readonly info: NativeEngineInfo;
  readonly faults: string[] = [];
  cellsMax = 0;
  manual = false;
  /** Bytes of a copied token; copies fail while it is NaN. */
  shelfTokenBytes = 100;
  readonly #copies = new Map<number, { readonly from: number; readonly cells: readonly Cell[] }>();
  #copyLast = 0;
  readonly #options: FakeEngineOptions;
  readonly #sequences = new Map<number, Cell[]>();
  readonly #commands: (() => void)[] = [];
  #running: Running[] = [];
  #idLast = 0;
  #scheduled = false;
  #closed = false;
  #used = 0;
  #prefilled = 0;
  #generated = 0;

  constructor(options: FakeEngineOptions) {
    this.#options = options;
    this.info = {
      cells: options.cells,
      sequencesMax: options.sequencesMax ?? 16,
      kvBytes: 0,
      computeBytes: 0,
    };
  }

  get cellsUsed(): number {
    return this.#used;
  }

  /** Requests that could compute something now. */
  get active(): number {
    return this.#running.filter((run) => !run.stalled).length;
  }

  tokens(sequence: number): number[] {
    return (this.#sequences.get(sequence) ?? []).map((cell) => cell.token);
  }

  start(request: NativeRequest, send: (events: readonly NativeEvent[]) => void): number {
    const id = ++this.#idLast;
    const run: Running = {
      id,
      request,
      send,
      computed: 0,
      generated: 0,
      granted: Math.max(1, request.granted),
      last: -1,
      stalled: false,
    };
    this.#command(() => {
      const held = this.#cells(request.sequence);
      const fault = this.#running.some((other) => other.request.sequence === request.sequence)
        ? `sequence ${request.sequence} has two writers`
        : held.length !== request.position
          ? `sequence ${request.sequence} holds ${held.length} tokens, the request begins at ${request.position}`
          : request.tokens.length === 0
            ? 'a request without tokens'
            : undefined;
      this.#running.push(run);
      this.#running.sort((left, right) => left.request.priority - right.request.priority);
      if (fault !== undefined) this.#fail(run, fault);
    });
    return id;
  }

  extend(id: number, tokens: number): void {
    this.#command(() => {
      const run = this.#running.find((other) => other.id === id);
      if (run === undefined) return;
      run.granted += tokens;
      if (run.generated < run.granted) run.stalled = false;
    });
  }

  cancel(id: number): void {
    this.#command(() => {
      const run = this.#running.find((other) => other.id === id);
      if (run !== undefined) this.#end(run, 'cancelled');
    });
  }

  copySequence(source: number, target: number, from: number, to: number): Promise<boolean> {
    return this.#answer(() => {
      this.#mustRest(target);
      const cells = this.#cells(source);
      if (this.#cells(target).length > 0) this.#fault(`sequence ${target} is copied over`);
      if (from !== 0 || to > cells.length) this.#fault(`sequence ${source} has no positions ${from} to ${to}`);
      if (this.#options.wholeOnly === true && to >= 0 && to < cells.length) return false;
      const copy = cells.slice(0, to < 0 ? undefined : to);
      for (const cell of copy) cell.owners++;
      this.#sequences.set(target, copy);
      return true;
    });
  }

  removeSequence(sequence: number, from: number, to: number): Promise<boolean> {
    return this.#answer(() => {
      this.#mustRest(sequence);
      if (to !== -1) this.#fault('only ends are removed');
      const cells = this.#cells(sequence);
      if (this.#options.wholeOnly === true && from > 0 && from < cells.length) return false;
      this.#free(cells.splice(from));
      return true;
    });
  }

  saveSequenceFile(): Promise<number> {
    return Promise.reject(new Error('not in the fake'));
  }

  restoreSequenceFile(): Promise<Int32Array> {
    return Promise.reject(new Error('not in the fake'));
  }

  /** Tokens in copies outside the pool. */
  get shelved(): number {
    return [...this.#copies.values()].reduce((sum, copy) => sum + copy.cells.length, 0);
  }

  shelve(sequence: number, from: number, to: number): NativeShelved {
    const id = ++this.#copyLast;
    const bytes = this.#answer(() => {
      this.#mustRest(sequence);
      if (Number.isNaN(this.shelfTokenBytes)) throw new Error('no memory');
      const cells = this.#cells(sequence);
      const end = to < 0 ? cells.length : to;
      if (from >= end || end > cells.length) this.#fault(`sequence ${sequence} has no positions ${from} to ${end}`);
      if (this.#options.wholeOnly === true && (from > 0 || end < cells.length))
        this.#fault(`a part of sequence ${sequence} is shelved`);
      this.#copies.set(id, { from, cells: cells.slice(from, end) });
      return (end - from) * this.shelfTokenBytes;
    });
    return { id, bytes };
  }

  unshelve(id: number, sequence: number, from: number, to: number): Promise<boolean> {
    return this.#answer(() => {
      this.#mustRest(sequence);
      const copy = this.#copies.get(id);
      const cells = this.#cells(sequence);
      if (copy === undefined || cells.length !== from || this.#used + copy.cells.length > this.info.cells) return false;
      const end = to < 0 ? copy.from + copy.cells.length : to;
      if (from < copy.from || end > copy.from + copy.cells.length)
        this.#fault(`copy ${id} has no positions ${from} to ${end}`);
      for (const { token, hash } of copy.cells.slice(from - copy.from, end - copy.from)) {
        this.#write(sequence, token);
        if (cells.at(-1)?.hash !== hash)
          this.#fault(`copy ${id} continues another beginning than that of sequence ${sequence}`);
      }
      return true;
    });
  }

  dropShelved(id: number): void {
    this.#command(() => void this.#copies.delete(id));
  }

  embed(): Promise<Float32Array[]> {
    return Promise.reject(new Error('not in the fake'));
  }

  counters(): NativeCounters {
    return {
      decodes: 0,
      decodesAborted: 0,
      tokensPrefilled: this.#prefilled,
      tokensGenerated: this.#generated,
      busySeconds: 0,
      threads: 1,
      busyCpuSeconds: 0,
    };
  }

  setThreads(): void {}

  close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#running) this.#end(run, 'cancelled');
    return Promise.resolve();
  }

  /** Commands, then one batch. With `manual` the test calls it, else it calls itself. */
  step(): void {
    for (const command of this.#commands.splice(0)) command();
    let space = this.#options.batchTokens ?? 64;
    for (const run of this.#running) {
      if (run.stalled || run.computed < run.request.tokens.length || space === 0) continue;
      space--;
      this.#write(run.request.sequence, run.last);
      this.#sample(run);
    }
    for (const run of this.#running) {
      const left = run.request.tokens.length - run.computed;
      if (left === 0 || space === 0 || run.stalled || !this.#running.includes(run)) continue;
      const count = Math.min(left, space);
      space -= count;
      for (let at = 0; at < count; at++)
        this.#write(run.request.sequence, run.request.tokens[run.computed + at] as number);
      run.computed += count;
      this.#prefilled += count;
      run.send([{ kind: 'progress', computed: run.computed }]);
      if (count < left) continue;
      if (run.request.generateMax === 0) this.#end(run, 'prefilled');
      else this.#sample(run);
    }
  }

  #sample(run: Running): void {
    const { sequence, generateMax } = run.request;
    run.last = this.#options.next?.(this.tokens(sequence)) ?? (this.#cells(sequence).at(-1)?.hash ?? 0) % 1000;
    run.generated++;
    this.#generated++;
    run.send([{ kind: 'tokens', tokens: Int32Array.of(run.last) }]);
    if (this.#options.ends?.includes(run.last) === true) this.#end(run, 'end');
    else if (run.generated >= generateMax) this.#end(run, 'length');
    else if (run.generated >= run.granted) {
      run.stalled = true;
      run.send([{ kind: 'stalled' }]);
    }
  }

  #end(run: Running, reason: NativeDone['reason'], message?: string): void {
    this.#running = this.#running.filter((other) => other !== run);
    const position = run.request.position + run.computed + Math.max(0, run.generated - 1);
    run.send([
      {
        kind: 'done',
        reason,
        position,
        generated: run.generated,
        reasoning: 0,
        message,
        queueMs: 0,
        prefillMs: 0,
        decodeMs: 0,
      },
    ]);
  }

  #fail(run: Running, fault: string): void {
    this.faults.push(fault);
    this.#end(run, 'failed', fault);
  }

  #fault(fault: string): never {
    this.faults.push(fault);
    throw new Error(fault);
  }

  #mustRest(sequence: number): void {
    if (this.#running.some((run) => run.request.sequence === sequence && !run.stalled))
      this.#fault(`sequence ${sequence} is in use`);
  }

  #write(sequence: number, token: number): void {
    const cells = this.#cells(sequence);
    cells.push({ token, hash: (Math.imul(cells.at(-1)?.hash ?? 7, 31) + token) >>> 0, owners: 1 });
    this.#used++;
    this.cellsMax = Math.max(this.cellsMax, this.#used);
    if (this.#used > this.info.cells) this.#fault('the pool has no cell left');
  }

  #free(cells: readonly Cell[]): void {
    for (const cell of cells) if (--cell.owners === 0) this.#used--;
  }

  #cells(sequence: number): Cell[] {
    let cells = this.#sequences.get(sequence);
    if (cells === undefined) this.#sequences.set(sequence, (cells = []));
    return cells;
  }

  #answer<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#command(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #command(command: () => void): void {
    if (this.#closed) {
      command();
      return;
    }
    this.#commands.push(command);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.manual) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.step();
      if (this.active > 0 || this.#commands.length > 0) this.#schedule();
    });
  }
}
