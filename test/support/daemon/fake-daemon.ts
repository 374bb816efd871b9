// The real server over fakes: sessions and a model that do what a test tells them.
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { GenerateEvent, GenerateResult } from '../../../native/protocol/generation.ts';
import type { LoadedModel, LoadOptions, Methods, SessionState } from '../../../native/protocol/methods.ts';
import type { MemoryPlan } from '../../../native/protocol/model.ts';
import { Daemon } from '../../../native/daemon/server/daemon.ts';
import type { DaemonOptions, DaemonApi } from '../../../native/daemon/server/daemon.ts';
import { ModelLifecycle } from '../../../native/daemon/server/model-lifecycle.ts';
import type { Loadable } from '../../../native/daemon/server/model-lifecycle.ts';
import type { SessionApi } from '../../../native/daemon/server/session-methods.ts';

interface GenerateControl {
  readonly signal: AbortSignal;
  readonly ready?: () => Promise<void>;
}

type FakeTurn = (onEvent: (event: GenerateEvent) => void, control: GenerateControl) => Promise<Partial<GenerateResult>>;

export const fakePlan: MemoryPlan = {
  model: 'fake',
  contextTokens: 1024,
  poolTokens: 2048,
  kvType: 'f16',
  kvBytesPerToken: 2,
  gpuLayers: 0,
  cpuExpertLayers: 0,
  parts: [],
  fits: true,
  notes: [],
  speed: undefined,
};
export const fakeModel: LoadedModel = {
  name: 'fake',
  path: '/fake.gguf',
  fingerprint: 'f',
  contextTokens: 1024,
  poolTokens: 2048,
  family: 'fake',
  profile: 'compact',
  tools: true,
  callsAsText: false,
  thinking: { kind: 'none', levels: [] },
  threads: 1,
  plan: fakePlan,
};

/** Sessions with counts for contents; `turn` is what generate does. */
class FakeSessions implements SessionApi {
  readonly calls: string[] = [];
  readonly holds = new Map<string, number>();
  turn: FakeTurn = () => Promise.resolve({});
  #next = 1;

  create(): Methods['session.create']['result'] {
    return { ...this.#state(`s${this.#next++}`), ids: [] };
  }

  attach({ session }: { session: string }): Methods['session.attach']['result'] {
    if (!this.holds.has(session)) throw new CodedError('session.unknown', `There is no session ${session}.`);
    return { ...this.#state(session), entries: [] };
  }

  append({ session, messages }: Methods['session.append']['params']): Methods['session.append']['result'] {
    return { ...this.#state(session), ids: messages.map(() => [1, 2]) };
  }

  measure(): Methods['session.measure']['result'] {
    return { tokens: 5, cached: 3 };
  }

  async generate(
    { session }: { session: string },
    onEvent: (event: GenerateEvent) => void,
    control: GenerateControl,
  ): Promise<Methods['session.generate']['result']> {
    this.calls.push(`generate ${session}`);
    const usage = { reused: 0, computed: 1, generated: 1 };
    const result = await this.turn(onEvent, control);
    this.calls.push(`generated ${session}`);
    return {
      message: { role: 'assistant', content: '' },
      brokenCalls: [],
      finish: control.signal.aborted ? 'cancelled' : 'stop',
      ids: [],
      usage,
      timings: { queue: 0, prefill: 0, decode: 0 },
      ...result,
      ...this.#state(session),
    };
  }

  fork(): SessionState {
    return this.#state(`s${this.#next++}`);
  }

  rewind({ session }: { session: string }): SessionState {
    return this.#state(session);
  }

  close(): Record<string, never> {
    return {};
  }

  hold(session: string): void {
    this.holds.set(session, (this.holds.get(session) ?? 0) + 1);
  }

  release(session: string): void {
    this.holds.set(session, (this.holds.get(session) ?? 0) - 1);
  }

  #state(session: string): SessionState {
    return { session, tokens: 3, messages: 1, contextTokens: 1024 };
  }
}

type FakeLoad = (options: LoadOptions, onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<void>;

export interface FakeDaemon {
  readonly daemon: Daemon;
  readonly sessions: FakeSessions;
  readonly lifecycle: ModelLifecycle<Loadable>;
  readonly url: string;
  readonly token: string;
  readonly log: string[];
  readonly events: string[];
}

export interface FakeOptions extends Partial<Omit<DaemonOptions, 'log' | 'port'>> {
  readonly load?: FakeLoad;
  readonly endpoint?: DaemonApi['endpoint'];
}

/** Starts one on a free port; stop it with `daemon.stop('test')`. */
export async function startFakeDaemon(options: FakeOptions = {}): Promise<FakeDaemon> {
  const sessions = new FakeSessions();
  const log: string[] = [];
  const events: string[] = [];
  const token = 'secret-token';
  const lifecycle = new ModelLifecycle<Loadable>({
    check: (load) =>
      load.model === 'missing'
        ? Promise.reject(new CodedError('model.missing', 'There is no model missing.'))
        : Promise.resolve(),
    load: async (load, onProgress, signal) => {
      await options.load?.(load, onProgress, signal);
      return {
        loaded: { ...fakeModel, name: load.model },
        close: () => Promise.resolve(void events.push(`closed ${load.model}`)),
      };
    },
    turns: () => [],
    leaving: (runtime) => Promise.resolve(void events.push(`leaving ${runtime.loaded.name}`)),
    changed: (model) => {
      events.push(`changed ${model?.name ?? 'none'}`);
      daemon.notify('model.changed', { model });
    },
  });
  const daemon: Daemon = new Daemon(
    {
      port: 0,
      access: { token, allowedOrigins: [] },
      http: options.endpoint !== undefined,
      ...options,
      log: (level, text) => log.push(`${level} ${text}`),
    },
    {
      facts: { version: '0.0.0', engine: '0.4.0', backend: { backend: 'cpu', candidates: [], devices: [] } },
      lifecycle,
      models: {
        list: () => Promise.resolve([]),
        find: () => Promise.resolve({ found: [], folder: undefined }),
        plan: () => Promise.reject(new CodedError('model.missing', 'There is no model to plan.')),
        countTokens: (texts) => Promise.resolve(texts.map((text) => text.length)),
      },
      sessions,
      status: () => ({
        sessions: 0,
        running: 0,
        waiting: 0,
        cells: { used: 0, total: 0 },
        shelf: { used: 0, total: 0 },
        totals: { reused: 0, computed: 0, generated: 0 },
      }),
      endpoint:
        options.endpoint ?? ((request, response) => Promise.resolve(void response.end(`answered ${request.url}`))),
    },
  );
  const { url } = await daemon.listen();
  return { daemon, sessions, lifecycle, url, token, log, events };
}

/** Polls until `check` holds. */
export async function until(check: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!check()) {
    if (Date.now() > end) throw new Error('It never became true.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
