// Random programs over sessions, from a seed: what clients do to a store, several at once.
import { setTimeout as delay } from 'node:timers/promises';
import type { ToolDefinition } from '../../../native/protocol/chat.ts';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { GenerateOptions } from '../../../native/protocol/generation.ts';
import type { ModelRuntime } from '../../../native/daemon/session/model-runtime.ts';
import { SessionStore } from '../../../native/daemon/session/session-store.ts';
import { seeded } from '../extension/seeded-edits.ts';
import type { Random } from '../extension/seeded-edits.ts';

/** Refusals that a client brings on itself. */
const refusals: readonly string[] = [
  'context.overflow',
  'pool.overflow',
  'session.busy',
  'session.unknown',
  'session.position',
  'queue.full',
];
const words = 'def add return value list sum for while print function class test file code python name '
  .concat('the a of is in to with and result error line')
  .split(' ');
const tools: ToolDefinition[] = [
  {
    name: 'run_tests',
    description: 'Runs the tests.',
    parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
];

function say(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(words)).join(' ');
}

/** Runs `clients` clients with `steps` steps each; resolves with the violations when all have ended. */
export async function runSessionProgram(
  runtime: ModelRuntime,
  seed: number,
  size: { readonly clients: number; readonly steps: number },
): Promise<string[]> {
  const store = new SessionStore({ runtime: () => runtime });
  const systems = [20, 100, 160].map((count, at) => say(seeded(seed + at), count));
  const faults: string[] = [];
  const known: string[] = [];
  const client = async (random: Random): Promise<void> => {
    for (let step = 0; step < size.steps; step++) {
      try {
        const fault = await takeStep(store, runtime, random, { systems, known });
        if (fault !== undefined) faults.push(fault);
      } catch (error) {
        if (!(error instanceof CodedError) || !refusals.includes(error.code))
          faults.push(String(error instanceof Error ? error.stack : error));
      }
      if (random.below(4) === 0) await delay(random.below(10));
    }
  };
  await Promise.all(Array.from({ length: size.clients }, (_, at) => client(seeded(seed * 1000 + at))));
  store.clear();
  return faults;
}

async function takeStep(
  store: SessionStore,
  runtime: ModelRuntime,
  random: Random,
  o: { readonly systems: readonly string[]; readonly known: string[] },
): Promise<string | undefined> {
  const { systems, known } = o;
  const session = random.pick(known);
  switch (
    known.length < 2
      ? 'create'
      : random.pick([
          'create',
          'ids',
          'append',
          'append',
          'generate',
          'generate',
          'generate',
          'generate',
          'fork',
          'rewind',
          'close',
        ] as const)
  ) {
    case 'create': {
      const messages = [
        { role: 'system', content: random.pick(systems) },
        { role: 'user', content: say(random, 1 + random.below(40)) },
      ] as const;
      known.push((await store.create({ ...(random.below(3) === 0 ? { tools } : {}), messages })).session);
      return undefined;
    }
    case 'ids':
      known.push((await store.create({ entries: structuredClone(store.attach({ session }).entries) })).session);
      return undefined;
    case 'append':
      await store.append({
        session,
        messages: [{ role: 'user', content: say(random, 1 + random.below(random.below(4) === 0 ? 150 : 30)) }],
      });
      return undefined;
    case 'fork':
      known.push(
        (await store.fork({ session, messages: Math.max(1, store.attach({ session }).messages - random.below(2)) }))
          .session,
      );
      return undefined;
    case 'rewind':
      await store.rewind({ session, messages: Math.max(1, store.attach({ session }).messages - random.below(3)) });
      return undefined;
    case 'close':
      store.close({ session });
      known.splice(known.indexOf(session), 1);
      return undefined;
    case 'generate':
      return await generate(store, runtime, session, random);
  }
}

/** One turn, perhaps cancelled while it waits, computes or speaks, perhaps for a slow reader. */
async function generate(
  store: SessionStore,
  { vocabulary }: ModelRuntime,
  session: string,
  random: Random,
): Promise<string | undefined> {
  const abort = new AbortController();
  const cancel = random.below(5);
  let eventsLeft = random.below(20);
  const timer = cancel === 0 ? setTimeout(() => abort.abort(), random.below(60)) : undefined;
  const readMs = random.below(6) === 0 ? random.below(40) : undefined;
  try {
    const result = await store.generate(
      { session, options: turnOptions(random, vocabulary.idOf('<|im_end|>') ?? 0) },
      () => {
        if (cancel === 1 && --eventsLeft < 0) abort.abort();
      },
      { signal: abort.signal, ready: readMs === undefined ? undefined : () => delay(readMs) },
    );
    return result.finish === 'cancelled' && result.ids.length > 0 ? 'a cancelled turn has added tokens' : undefined;
  } finally {
    clearTimeout(timer);
  }
}

function turnOptions(random: Random, end: number): GenerateOptions {
  const priority = random.pick(['ghostText', 'inline', 'agent', 'agent', 'background'] as const);
  const sampling = { temperature: 0 };
  const short = { sampling, priority, maxTokens: 1 + random.below(30) };
  switch (random.below(8)) {
    case 0:
      return { ...short, stop: [random.pick(words), say(random, 8)] };
    case 1:
      return { ...short, logprobs: random.below(4) };
    case 2:
      return { ...short, responseFormat: { type: 'grammar', gbnf: 'root ::= [a-z ]+' } };
    case 3:
      return { ...short, sampling: { temperature: 0, frequencyPenalty: 0.4, presencePenalty: 0.3, repeatLastN: 200 } };
    case 4: // until the context is full
      return { priority, sampling: { temperature: 0, logitBias: { [end]: -100 } } };
    default:
      return short;
  }
}
