/**
 * `node test/bench/index-speed.mjs [--runs 5] [--folder DIR]`: the source index on a large tree, ignore files off: the
 * repository's own node_modules unless told otherwise. Each run is a process of its own, like the editor's: the index
 * in the main thread, the parsers in theirs. Prints a line of JSON for each run and one with the medians.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');
const option = (name, otherwise) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise;
const folder = path.resolve(option('--folder', path.join(root, 'node_modules')));
const bytesMax = 1 << 20;

if (option('--built') !== undefined) await run(option('--built'));
else await all();

async function all() {
  const { build } = await import('esbuild');
  const { buildBundles } = await import(pathToFileURL(path.join(root, 'native/build.mjs')).href);
  if (!process.argv.includes('--no-build')) await buildBundles();
  const built = mkdtempSync(path.join(os.tmpdir(), 'moonwright-index-'));
  try {
    const contents = ['threaded-index', 'grammar-files', 'parsing/worker-threads', 'parsing/languages']
      .map((name) => `export * from './${name}.ts';`)
      .join('\n');
    const alias = { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') };
    await build({
      stdin: { contents, resolveDir: path.join(root, 'extension/context'), loader: 'ts' },
      outfile: path.join(built, 'index.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      alias,
      loader: { '.scm': 'text' },
      logLevel: 'warning',
    });
    const runs = Array.from({ length: Number(option('--runs', '5')) }, () => {
      const line = execFileSync(
        process.execPath,
        ['--expose-gc', import.meta.filename, '--built', built, '--folder', folder],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      );
      process.stdout.write(line);
      return JSON.parse(line);
    });
    process.stdout.write(
      `${JSON.stringify({ median: Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((each) => each[key]))])) })}\n`,
    );
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

/** One process: first pass over everything, one file changed; then the same opened again in another. */
async function run(built) {
  const { createRequire } = await import('node:module');
  const parts = createRequire(import.meta.url)(path.join(built, 'index.cjs'));
  const files = sources(parts.languageOfFile);
  const grammars = parts.grammarsIn(path.join(root, 'dist/grammars'));
  const storage = option('--again') ?? mkdtempSync(path.join(os.tmpdir(), 'moonwright-index-'));
  const open = () =>
    new parts.ThreadedIndex({
      startThread: parts.workerThreads(path.join(root, 'dist/parser.cjs'), {
        runtime: grammars.runtime,
        grammars: parts.grammarFilesByName(grammars),
        saved: path.join(storage, 'source-index'),
      }),
      list: async (places = files) => [{ folder, names: places.map((file) => path.relative(folder, file)) }],
      relative: (absolute) => path.relative(folder, absolute),
      threads: Math.min(os.availableParallelism(), 2),
      log: (line) => process.stderr.write(`${line}\n`),
    });
  if (option('--again') !== undefined) {
    const { index, seconds, p999, max } = await timed(open);
    process.stdout.write(JSON.stringify({ files: index.files().length, seconds, p999, max }));
    process.exit(0);
  }
  try {
    globalThis.gc();
    const before = process.memoryUsage.rss();
    const heapBefore = process.memoryUsage().heapUsed;
    let peak = before;
    const memory = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 50);
    const first = await timed(open);
    const index = first.index;
    const unlisten = index.onChange(() => undefined);
    const resident = process.memoryUsage.rss() - before;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    globalThis.gc();
    const settled = process.memoryUsage.rss() - before;
    const heap = process.memoryUsage().heapUsed - heapBefore;
    const updates = [];
    const sample = path.join(storage, 'sample.ts');
    const text = readFileSync(path.join(root, 'extension/context/threaded-index.ts'), 'utf8');
    for (let at = 0; at < 50; at++) {
      writeFileSync(sample, `${text}export const added${at} = ${at};\n`);
      const from = performance.now();
      index.note([sample]);
      await index.settled();
      updates.push(performance.now() - from);
    }
    unlisten();
    index.dispose();
    clearInterval(memory);
    const again = JSON.parse(
      execFileSync(process.execPath, [import.meta.filename, '--built', built, '--folder', folder, '--again', storage], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const mb = (bytes) => Math.round(bytes / 1e6);
    process.stdout.write(
      `${JSON.stringify({
        files: files.length,
        bytesMb: mb(files.reduce((sum, file) => sum + statSync(file).size, 0)),
        seconds: round(first.seconds),
        filesPerSecond: Math.round(files.length / first.seconds),
        secondsFor10000: round((first.seconds * 10_000) / files.length),
        blockP999Ms: round(first.p999),
        blockMaxMs: round(first.max),
        residentMb: mb(resident),
        settledMb: mb(settled),
        peakMb: mb(peak - before),
        heapMb: mb(heap),
        savedMb: mb(statSync(path.join(storage, 'source-index')).size),
        updateMs: round(median(updates)),
        updateMaxMs: round(Math.max(...updates)),
        reopenSeconds: round(again.seconds),
        reopenP999Ms: round(again.p999),
        reopenMaxMs: round(again.max),
      })}\n`,
    );
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
  process.exit(0);
}

/** Delay is measured as the editor feels it: how much later than every millisecond a timer fires. */
async function timed(open) {
  await new Promise((resolve) => setTimeout(resolve, 200));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const from = performance.now();
  const index = open();
  await index.ready();
  const seconds = (performance.now() - from) / 1000;
  delay.disable();
  return { index, seconds, p999: delay.percentile(99.9) / 1e6, max: delay.max / 1e6 };
}

function sources(languageOfFile) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return found.filter((file) => languageOfFile(file) !== undefined && statSync(file).size <= bytesMax).sort();
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function round(value) {
  return Math.round(value * 100) / 100;
}
