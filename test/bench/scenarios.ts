import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { compareGreedy } from './greedy-comparison.ts';
import { memoryOf, mainThreadSeconds, startOurs, startTheirs, type Side, type SideOptions } from './sides.ts';
import { forecast } from './forecast.ts';
import { pairedRatio, median, type PairedRatio } from './paired-ratio.ts';
import { promptOf } from './prompts.ts';
import { toolConversation } from './tool-conversation.ts';

/** One line of the table. `better`: which way is good; counts have no interval. */
export interface Row {
  readonly scenario: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly ours: number;
  readonly theirs: number | string;
  readonly ratio?: PairedRatio;
  readonly note?: string;
}

export interface Bench {
  readonly root: string;
  readonly server: () => string;
  readonly nano: string;
  readonly moe: () => string;
  readonly threads: number;
  readonly rounds: number;
}

export type Scenario = (bench: Bench) => Promise<Row[]>;

async function withSides<T>(
  bench: Bench,
  options: SideOptions,
  use: (ours: Side, theirs: Side) => Promise<T>,
): Promise<T> {
  const ours = await startOurs(bench.root, options);
  try {
    const theirs = await startTheirs(bench.server(), options);
    try {
      return await use(ours, theirs);
    } finally {
      await theirs.stop();
    }
  } finally {
    await ours.stop();
  }
}

/**
 * Calls `measure` with numbers to make prompts of until the rival does not refuse its own output: it answers 500 to
 * output that is not UTF-8, which says nothing about what is measured.
 */
async function untilSayable<T>(first: number, measure: (seed: number) => Promise<T>): Promise<T> {
  for (let seed = first; ; seed += 10_000) {
    try {
      return await measure(seed);
    } catch (error) {
      if (!refusesItsOutput(error) || seed > first + 200_000) throw error;
    }
  }
}

function refusesItsOutput(error: unknown): boolean {
  return String(error).includes('does not match the expected');
}

/** Decode and prefill speed of both, one right after the other, in turns that alternate who begins. */
const speed =
  (name: string, model: keyof Pick<Bench, 'nano' | 'moe'>): Scenario =>
  async (bench) => {
    const cells = 8192;
    return withSides(
      bench,
      { model: model === 'nano' ? bench.nano : bench.moe(), threads: bench.threads, cells, parallel: 1, raw: true },
      async (ours, theirs) => {
        const pairs = {
          decode: [] as [number, number][],
          prefill512: [] as [number, number][],
          prefill4096: [] as [number, number][],
        };
        const generate = model === 'nano' ? 384 : 128;
        let script = 0;
        let decoding = 0;
        for (let round = -1; round < bench.rounds; round++) {
          const sides = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
          const take = (
            first: number,
            value: (side: Side, seed: number) => Promise<number>,
          ): Promise<[number, number]> =>
            untilSayable(first, async (seed) => {
              const values = new Map<Side, number>();
              for (const side of sides) values.set(side, await value(side, seed));
              return [values.get(ours) ?? Number.NaN, values.get(theirs) ?? Number.NaN];
            });
          const prefill = async (side: Side, length: number, seed: number) => {
            const spent = await side.complete(promptOf(length, seed), 1);
            if (spent.computed !== length)
              throw new Error(`${side.name} computed ${spent.computed} of ${length} tokens`);
            return (length / spent.prefillMs) * 1000;
          };
          const decode = await take(7000 + round, async (side, seed) => {
            const before = mainThreadSeconds(side.pid);
            const spent = await side.complete(promptOf(32, seed), generate);
            if (side === ours && round >= 0) {
              script += mainThreadSeconds(side.pid) - before;
              decoding += spent.decodeMs / 1000;
            }
            return ((spent.generated - 1) / spent.decodeMs) * 1000;
          });
          const short = await take(100 + round, (side, seed) => prefill(side, 512, seed));
          if (round < 0) continue; // warm-up
          const long = await take(5000 + round, (side, seed) => prefill(side, 4096, seed));
          pairs.decode.push(decode);
          pairs.prefill512.push(short);
          pairs.prefill4096.push(long);
        }
        const row = (scenario: string, of: [number, number][]): Row => {
          const ratio = pairedRatio(of);
          return {
            scenario: `${name}: ${scenario}`,
            unit: 'tok/s',
            better: 'more',
            ours: ratio.ours,
            theirs: ratio.theirs,
            ratio,
          };
        };
        return [
          row('decode', pairs.decode),
          row('prefill of 512', pairs.prefill512),
          row('prefill of 4096', pairs.prefill4096),
          {
            scenario: `${name}: JavaScript's share of decode time`,
            unit: '%',
            better: 'less',
            ours: (script / decoding) * 100,
            theirs: '-',
          },
          {
            scenario: `${name}: peak memory`,
            unit: 'MiB',
            better: 'less',
            ours: memoryOf(ours.pid).peak / 2 ** 20,
            theirs: memoryOf(theirs.pid).peak / 2 ** 20,
            note: `${Math.round((await ours.keptBytes()) / 2 ** 20)} MiB of ours are idle conversations, kept`,
          },
        ];
      },
    );
  };

/** E1: two agents with one system prompt take turns. */
const alternating: Scenario = (bench) =>
  withSides(
    bench,
    { model: bench.nano, threads: bench.threads, cells: 32_768, parallel: 2, raw: true },
    async (ours, theirs) => {
      const computed = async (side: Side, seed: number) => {
        const shared = promptOf(6000, seed + 1);
        const agents = [
          [...shared, ...promptOf(2000, seed + 2)],
          [...shared, ...promptOf(2000, seed + 3)],
        ];
        let sum = 0;
        for (let turn = 0; turn < 4; turn++) {
          for (const [at, prompt] of agents.entries()) {
            const spent = await side.complete(prompt, 8);
            sum += spent.computed;
            agents[at] = [...prompt, ...promptOf(200, seed + 10 + turn * 2 + at)];
          }
        }
        return sum;
      };
      const [a, b] = await untilSayable(
        0,
        async (seed) => [await computed(ours, seed), await computed(theirs, seed)] as const,
      );
      return [
        {
          scenario: 'two agents alternating (E1)',
          unit: 'tokens computed',
          better: 'less',
          ours: a,
          theirs: b,
          note: 'least possible: 6000 + 2 x 2000 + 6 x 200 = 11200',
        },
      ];
    },
  );

/** E5a: a client goes away during a long prefill; how long until the next request is answered. */
const cancelling: Scenario = (bench) =>
  withSides(
    bench,
    { model: bench.nano, threads: bench.threads, cells: 32_768, parallel: 1, raw: true },
    async (ours, theirs) => {
      const latency = async (side: Side, seed: number) => {
        const gone = new AbortController();
        const long = side.complete(promptOf(16_000, seed), 1, gone.signal).then(
          () => 'finished',
          () => 'gone',
        );
        await new Promise((resolve) => setTimeout(resolve, 700));
        gone.abort();
        if ((await long) === 'finished') throw new Error('the prompt was computed before it could be cancelled');
        const started = performance.now();
        await side.complete(promptOf(8, seed + 1), 1);
        return performance.now() - started;
      };
      const pairs: [number, number][] = [];
      for (let round = 0; round < Math.max(3, bench.rounds / 2); round++)
        pairs.push(
          await untilSayable(40 + round * 10, async (seed): Promise<[number, number]> => [
            await latency(ours, seed),
            await latency(theirs, seed),
          ]),
        );
      const ratio = pairedRatio(pairs);
      return [
        {
          scenario: 'next answer after a cancelled prefill (E5a)',
          unit: 'ms',
          better: 'less',
          ours: ratio.ours,
          theirs: ratio.theirs,
          ratio,
        },
      ];
    },
  );

/** E9: two requests that share 8000 tokens and fit the pool only when they share its cells. */
const overflow: Scenario = (bench) =>
  withSides(
    bench,
    { model: bench.nano, threads: bench.threads, cells: 16_384, parallel: 2, raw: true },
    async (ours, theirs) => {
      const served = async (side: Side, seed: number) => {
        const shared = promptOf(8000, seed + 1);
        const answer = async (own: number): Promise<number | undefined> => {
          try {
            return (await side.complete([...shared, ...promptOf(500, seed + own)], 8)).computed;
          } catch (error) {
            if (refusesItsOutput(error)) throw error;
            return undefined;
          }
        };
        const runs = [answer(11), answer(12)];
        const results = await Promise.all(runs);
        return {
          answered: results.filter((result) => result !== undefined).length,
          computed: results.reduce<number>((sum, result) => sum + (result ?? 0), 0),
        };
      };
      const [a, b] = await untilSayable(
        0,
        async (seed) => [await served(ours, seed), await served(theirs, seed)] as const,
      );
      return [
        {
          scenario: 'two of 8500 tokens in a pool of 16384 (E9)',
          unit: 'answered of 2',
          better: 'more',
          ours: a.answered,
          theirs: b.answered,
        },
        {
          scenario: 'two of 8500 tokens in a pool of 16384 (E9)',
          unit: 'tokens computed',
          better: 'less',
          ours: a.computed,
          theirs: b.computed,
          note: 'least possible: 8000 + 2 x 500 = 9000',
        },
      ];
    },
  );

/** Twenty turns with tool calls through the chat endpoint. */
const conversation: Scenario = (bench) =>
  withSides(bench, { model: bench.nano, threads: bench.threads, cells: 32_768, parallel: 1 }, async (ours, theirs) => {
    const [a, b] = [await toolConversation(ours, 20), await toolConversation(theirs, 20)];
    return [
      {
        scenario: '20-turn tool conversation',
        unit: 'tokens computed',
        better: 'less',
        ours: a.computed,
        theirs: b.computed,
        note: `prompts in all: ${a.prompt} and ${b.prompt} tokens`,
      },
      {
        scenario: '20-turn tool conversation: first token',
        unit: 'ms (median)',
        better: 'less',
        ours: median(a.first),
        theirs: median(b.first),
      },
    ];
  });

/** Decode speed while other programs (a build, the tests) want every core. */
const busy: Scenario = (bench) =>
  withSides(
    bench,
    { model: bench.nano, threads: bench.threads, cells: 8192, parallel: 1, raw: true },
    async (ours, theirs) => {
      const speed = async (side: Side, seed: number) => {
        const spent = await side.complete(promptOf(32, seed), 64);
        return ((spent.generated - 1) / spent.decodeMs) * 1000;
      };
      const programs = Array.from({ length: availableParallelism() }, () =>
        spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
      );
      try {
        const pairs: [number, number][] = [];
        for (let round = 0; round < bench.rounds; round++)
          pairs.push(
            await untilSayable(9000 + round, async (seed): Promise<[number, number]> => [
              await speed(ours, seed),
              await speed(theirs, seed),
            ]),
          );
        const ratio = pairedRatio(pairs);
        return [
          {
            scenario: `decode beside ${programs.length} busy programs`,
            unit: 'tok/s',
            better: 'more',
            ours: ratio.ours,
            theirs: ratio.theirs,
            ratio,
          },
        ];
      } finally {
        for (const program of programs) program.kill('SIGKILL');
      }
    },
  );

/** Both continue the recorded prompts greedily: the same words, as far as rounding lets one tell. */
const greedy: Scenario = (bench) =>
  withSides(bench, { model: bench.nano, threads: 1, cells: 8192, parallel: 1, raw: true }, async (ours, theirs) => {
    const { replies, equal, steps } = await compareGreedy(bench.root, ours, theirs);
    return [
      {
        scenario: 'greedy replies, token by token',
        unit: `equal of ${replies}`,
        better: 'more',
        ours: equal,
        theirs: '-',
        note: `${steps} tokens compared, up to the first close decision of each`,
      },
    ];
  });

export const scenarios: Readonly<Record<string, Scenario>> = {
  nano: speed('nano', 'nano'),
  moe: speed('300M', 'moe'),
  conversation,
  alternating,
  cancelling,
  overflow,
  busy,
  greedy,
  forecast,
};
