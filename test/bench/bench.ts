import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { randomMoe } from './random-moe.ts';
import { scenarios, type Bench, type Row } from './scenarios.ts';

/** Runs the scenarios, prints the table, writes the result. */
export async function bench(setup: {
  readonly root: string;
  /** Builds llama-server if it must, and returns its path. */
  readonly server: () => string;
  readonly arguments: readonly string[];
}): Promise<void> {
  const { values } = parseArgs({
    args: [...setup.arguments],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      threads: { type: 'string', default: '2' },
    },
  });
  const folder = path.join(setup.root, '.cache', 'bench');
  mkdirSync(folder, { recursive: true });
  const nano = path.join(setup.root, 'native/models/nano.gguf');
  const run: Bench = {
    root: setup.root,
    server: once(setup.server),
    nano,
    moe: once(() => randomMoe(nano, folder)),
    threads: Number(values.threads),
    rounds: Number(values.rounds ?? (values.quick ? 4 : 12)),
  };
  const rows: Row[] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    process.stderr.write(`measuring ${name}\n`);
    rows.push(...(await scenario(run)));
  }
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${run.threads} threads, ${run.rounds} rounds`;
  writeFileSync(
    path.join(folder, 'result.json'),
    JSON.stringify({ machine, date: new Date().toISOString(), rows }, null, 2),
  );
  process.stdout.write(`\n${machine}\n\n${table(rows)}\n`);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const ratio =
      row.ratio === undefined
        ? typeof row.theirs === 'number' && row.theirs > 0
          ? (row.ours / row.theirs).toFixed(2)
          : ''
        : `${row.ratio.ratio.toFixed(3)} (${row.ratio.low.toFixed(3)} to ${row.ratio.high.toFixed(3)})`;
    return `| ${row.scenario} | ${row.unit} | ${show(row.ours)} | ${show(row.theirs)} | ${ratio} | ${row.note ?? ''} |`;
  });
  return [
    '| scenario | unit | moonwright | llama-server | ratio (95 % interval) | |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function show(value: number | string): string {
  if (typeof value === 'string') return value;
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** Not every scenario needs what takes long to make. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
