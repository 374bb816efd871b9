import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { ModelSession, SessionEvent } from '../../extension/agent/agent-model.ts';
import { DaemonModel } from '../../extension/daemon-link/daemon-model.ts';
import { RpcClient } from '../../extension/daemon-link/rpc-client.ts';
import { forecastOf } from '../../extension/metering/forecast.ts';
import { ModelSpeed } from '../../extension/metering/model-speed.ts';
import { TurnMeter } from '../../extension/metering/turn-meter.ts';
import { median } from './paired-ratio.ts';
import type { Bench, Row } from './scenarios.ts';
import { startDaemon } from './sides.ts';

/**
 * Tokens that each turn adds: short ones, mentions of files, long ones. A conversation begins at each list. The first
 * two teach the speed of a model that nothing is known of.
 */
const conversations = [
  [30, 60, 2000, 25, 120],
  [2000, 40, 300, 2000, 50],
  [4000, 20, 800, 35, 2000],
  [600, 150, 3000, 45, 2000, 30],
  [1000, 80, 2500, 25],
  [500, 2000, 33, 1500, 90],
];
const teaching = 10;
/** The daemon and what is known of its speed are started again before this conversation, as after a restart. */
const restartBefore = 3;
/** How far a forecast may be from the measured time. */
const near = 0.25;
const replyTokens = 48;
const tools: readonly ToolDefinition[] = ['run_tests', 'read_file', 'search_text'].map((name) => ({
  name,
  description: `Use it to ${name.replace('_', ' ')}.`,
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
}));

interface Forecast {
  readonly read: number;
  readonly cached: number;
  /** Until the first token; undefined in the very first turn, before any measurement. In seconds. */
  readonly expected: number | undefined;
  readonly measured: number;
  /** Tokens per second of the reply. */
  readonly rate: number | undefined;
  readonly measuredRate: number;
}

/** Forecasts 20 turns of nano from what the turns before each have taught, and compares with the measured times. */
export async function forecast(bench: Bench): Promise<Row[]> {
  const turns: Forecast[] = [];
  let speed = new ModelSpeed();
  let engine = await start(bench);
  try {
    for (const [at, sizes] of conversations.entries()) {
      if (at === restartBefore) {
        await engine.stop();
        engine = await start(bench);
        speed = new ModelSpeed(speed.samples);
      }
      const session = await engine.model.open({ tools, label: 'forecast' });
      await session.append([{ role: 'system', content: 'You are a coding assistant.' }]);
      for (const [turn, size] of sizes.entries())
        turns.push(await measure(engine.model, session, textOf(bench.root, size, at * 10 + turn), speed));
      await session.close();
    }
  } finally {
    await engine.stop();
  }
  process.stdout.write(`${turns.map(line).join('\n')}\n`);
  const judged = turns.slice(teaching);
  const told = judged.map(({ expected = Number.NaN, measured }) => expected / measured);
  const rates = judged.map(({ rate = Number.NaN, measuredRate }) => rate / measuredRate);
  return [...rows('time to the first token', told), ...rows('speed of the reply', rates)];
}

async function start(bench: Bench) {
  const daemon = await startDaemon(bench.root, {
    model: bench.nano,
    threads: bench.threads,
    cells: 16_384,
    parallel: 1,
  });
  const client = await RpcClient.connect(daemon);
  const loaded = client.hello.model;
  if (loaded === undefined) throw new Error('the daemon has no model');
  const model = new DaemonModel({ client: async () => client, loaded }, loaded);
  const stop = async (): Promise<void> => {
    await client.close();
    await daemon.stop();
  };
  return { model, stop };
}

async function measure(model: DaemonModel, session: ModelSession, text: string, speed: ModelSpeed): Promise<Forecast> {
  const messages = [{ role: 'user', content: text }] as const;
  const size = await session.promptSize?.(messages);
  if (size === undefined) throw new Error('the daemon does not measure prompts');
  const told = forecastOf(size, size.tokens - session.tokens, model.facts, speed);
  const meter = new TurnMeter(speed, 0);
  const sent = performance.now();
  let first: number | undefined;
  let measuredRate = Number.NaN;
  const onEvent = (event: SessionEvent): void => {
    meter.note(event);
    if (event.kind === 'spent') measuredRate = (event.usage.generated - 1) / (event.timings.decode / 1000);
    else if (isFirst(event)) first ??= performance.now();
  };
  await session.append(messages);
  meter.note({ kind: 'stepStarted', step: 0 });
  const options = { maxTokens: replyTokens, sampling: { temperature: 0 } };
  await session.generate(options, onEvent, new AbortController().signal);
  return {
    read: told.read,
    cached: told.cached,
    expected: told.time?.seconds,
    measured: ((first ?? Number.NaN) - sent) / 1000,
    rate: told.rate,
    measuredRate,
  };
}

/** The prompt is read, or there is already something of the reply. */
function isFirst(event: SessionEvent): boolean {
  if (event.kind === 'prefill') return event.reused + event.computed >= event.total;
  return event.kind === 'text' || event.kind === 'reasoning' || event.kind === 'call';
}

let sources: string | undefined;

/** About so many tokens of this project's source code, another part of it for each `part`. */
function textOf(root: string, tokens: number, part: number): string {
  const folder = path.join(root, 'native/daemon/chat');
  sources ??= readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const length = Math.ceil(tokens * 2.6);
  const from = (part * 7919) % Math.max(1, sources.length - length);
  return `Explain this:\n${sources.slice(from, from + length)}`;
}

function rows(name: string, ratios: readonly number[]): Row[] {
  const inside = ratios.filter((ratio) => Math.abs(ratio - 1) <= near).length;
  return [
    { scenario: `forecast: ${name}`, unit: 'of measured (median)', better: 'more', ours: median(ratios), theirs: '-' },
    {
      scenario: `forecast: ${name}`,
      unit: `within ± ${near * 100} %, of ${ratios.length}`,
      better: 'more',
      ours: inside,
      theirs: '-',
    },
  ];
}

function line({ read, cached, expected, measured, rate, measuredRate }: Forecast): string {
  const ratio = expected === undefined ? 'no forecast' : `ratio ${(expected / measured).toFixed(2)}`;
  const seconds = `${expected === undefined ? '-' : expected.toFixed(3)} s, measured ${measured.toFixed(3)} s`;
  const speeds = `${rate === undefined ? '-' : rate.toFixed(0)} tok/s, measured ${measuredRate.toFixed(0)}`;
  return `reads ${read} behind ${cached}: forecast ${seconds}, ${ratio}; ${speeds}`;
}
