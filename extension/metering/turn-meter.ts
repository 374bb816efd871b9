import type { SessionEvent } from '../agent/agent-model.ts';
import type { TurnEvent } from '../agent/turn-events.ts';
import type { ModelSpeed } from './model-speed.ts';
import { addSpending, nothingSpent, type Spending } from './spending.ts';

/** How far the model has read its prompt. In tokens. */
export interface ReadingProgress {
  readonly reused: number;
  readonly computed: number;
  readonly total: number;
  /** Seconds until it has read all, an estimate; undefined while there is nothing to tell it from. */
  readonly left?: number | undefined;
}

type Prefill = Extract<TurnEvent, { kind: 'prefill' }>;
type Spent = Extract<SessionEvent, { kind: 'spent' }>;

/** Milliseconds of reading from which its own pace tells how long the rest takes. */
const paceFromMs = 500;

/**
 * Measures a turn by its events. Owns: what the turn has taken so far, and the time left while the model reads. Does
 * not own: the speed of the model, which it teaches.
 */
export class TurnMeter {
  readonly #speed: ModelSpeed;
  readonly #watts: number;
  readonly #now: () => number;
  #spent: Spending = nothingSpent;
  #taken: Spending = nothingSpent;
  /** When the step under way began, when it began to read, and when the first token of its reply came. */
  #step: { readonly began: number; reading?: number; first?: number } | undefined;
  readonly #tools = new Set<string>();
  #toolsSince = 0;

  /** `watts`: of a processor core that computes; 0: unknown. `now`: milliseconds. */
  constructor(speed: ModelSpeed, watts: number, now: () => number = () => performance.now()) {
    this.#speed = speed;
    this.#watts = watts;
    this.#now = now;
  }

  /** All that the turn has taken. */
  get spent(): Spending {
    return this.#spent;
  }

  /** What the turn has taken since the last call. */
  take(): Spending {
    const { wattHours, ...taken } = this.#taken;
    this.#taken = nothingSpent;
    return wattHours === undefined ? taken : { ...taken, wattHours };
  }

  /** Notes what happens. Call it with every event of the turn, when it happens. */
  note(event: TurnEvent): void {
    switch (event.kind) {
      case 'stepStarted':
        this.#step = { began: this.#now() };
        break;
      case 'prefill':
        if (this.#step !== undefined) this.#step.reading ??= this.#now();
        if (event.reused + event.computed >= event.total) this.#noteFirst();
        break;
      case 'text':
      case 'reasoning':
      case 'call':
        this.#noteFirst();
        break;
      case 'spent':
        this.#learn(event);
        this.noteSpent(event, 'turn');
        break;
      case 'toolRunning':
        if (this.#tools.size === 0) this.#toolsSince = this.#now();
        this.#tools.add(event.callId);
        break;
      case 'toolDone':
        if (this.#tools.delete(event.callId) && this.#tools.size === 0)
          this.#add({ ...nothingSpent, tools: (this.#now() - this.#toolsSince) / 1000 });
        break;
    }
  }

  /** Notes what the model did for the turn beside its steps. Within a tool its time is the tool's. */
  noteSpent({ usage, timings, energy }: Spent, within: 'turn' | 'tool'): void {
    const measured = energy?.joules ?? (this.#watts > 0 && energy ? energy.cpuSeconds * this.#watts : undefined);
    this.#add({
      ...usage,
      reading: within === 'turn' ? timings.prefill / 1000 : 0,
      writing: within === 'turn' ? timings.decode / 1000 : 0,
      tools: 0,
      wattHours: measured === undefined ? undefined : measured / 3600,
    });
  }

  /** Progress of reading, with the time left: what is known of the model, corrected by the pace of this prompt. */
  reading({ reused, computed, total }: Prefill): ReadingProgress {
    return { reused, computed, total, left: this.#left(reused, computed, total - reused - computed) };
  }

  #left(reused: number, computed: number, rest: number): number | undefined {
    if (rest <= 0) return 0;
    const expected = this.#speed.readingSeconds(rest, reused + computed);
    const elapsed = this.#now() - (this.#step?.reading ?? this.#now());
    if (computed === 0 || elapsed < paceFromMs) return expected;
    const before = this.#speed.readingSeconds(computed, reused);
    if (expected === undefined || before === undefined) return ((elapsed / 1000) * rest) / computed;
    const known = computed / (computed + rest);
    return expected * (1 + known * (elapsed / 1000 / before - 1));
  }

  #noteFirst(): void {
    if (this.#step !== undefined) this.#step.first ??= this.#now();
  }

  /** Waiting for other requests says nothing about the model. */
  #learn({ usage, timings }: Spent): void {
    const step = this.#step;
    this.#step = undefined;
    if (step?.first === undefined || usage.generated === 0) return;
    const seconds = (step.first - step.began - timings.queue) / 1000;
    const { computed, reused, generated } = usage;
    this.#speed.read({ tokens: computed, depth: reused, seconds });
    const depth = reused + computed + generated / 2;
    this.#speed.wrote({ tokens: generated - 1, depth, seconds: timings.decode / 1000 });
  }

  #add(spending: Spending): void {
    this.#spent = addSpending(this.#spent, spending);
    this.#taken = addSpending(this.#taken, spending);
  }
}
