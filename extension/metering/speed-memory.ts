import type { ModelFacts } from '../agent/agent-model.ts';
import { isRecord } from '../workspace/is-record.ts';
import { ModelSpeed, type SpeedSample } from './model-speed.ts';

/** Where values are kept beyond the window. */
export interface KeptValues {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What a speed is kept under. */
export function speedKeyOf({ speedKey, fingerprint }: ModelFacts): string {
  return speedKey ?? fingerprint;
}

const key = 'speeds';
const modelsMax = 16;

/** The speeds of the models that ran on this machine, each with its settings. They outlive the window. */
export class SpeedMemory {
  readonly #kept: KeptValues;
  readonly #speeds = new Map<string, ModelSpeed>();

  constructor(kept: KeptValues) {
    this.#kept = kept;
  }

  /** The speed of a model with its settings; the same object at every call. */
  of(model: string): ModelSpeed {
    const known = this.#speeds.get(model);
    if (known !== undefined) return known;
    const speed = speedOf(this.#stored()[model]);
    this.#speeds.set(model, speed);
    return speed;
  }

  /** Keeps what has been learnt about a model. The models that ran the longest time ago are forgotten. */
  async keep(model: string): Promise<void> {
    const { read, written } = this.of(model).samples;
    const others = Object.entries(this.#stored()).filter(([name]) => name !== model);
    const own = [model, { read: read.map(row), written: written.map(row) }] as const;
    await this.#kept.update(key, Object.fromEntries([...others, own].slice(-modelsMax)));
  }

  #stored(): Readonly<Record<string, unknown>> {
    const stored = this.#kept.get<unknown>(key);
    return isRecord(stored) ? stored : {};
  }
}

function speedOf(stored: unknown): ModelSpeed {
  if (!isRecord(stored)) return new ModelSpeed();
  return new ModelSpeed({ read: samplesIn(stored.read), written: samplesIn(stored.written) });
}

function row({ tokens, depth, seconds, expected }: SpeedSample): readonly number[] {
  return [tokens, depth, seconds, ...(expected === undefined ? [] : [expected])].map((value) =>
    Number(value.toPrecision(6)),
  );
}

/** What another version stored, or damage, is left out. */
function samplesIn(rows: unknown): readonly SpeedSample[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((each: unknown) => {
    const [tokens, depth, seconds, expected] = Array.isArray(each) ? (each as unknown[]) : [];
    if (typeof tokens !== 'number' || typeof depth !== 'number' || typeof seconds !== 'number') return [];
    if (tokens <= 0 || depth < 0 || seconds <= 0) return [];
    return [{ tokens, depth, seconds, ...(typeof expected === 'number' && expected > 0 && { expected }) }];
  });
}
