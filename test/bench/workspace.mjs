/**
 * `npm run bench -- --workspace DIR [--tokens 2000] [--runs 3] [--storage DIR]`: what a workspace costs. The index is
 * made in a new process, as after the first opening, then in another one from what the first saved; both make the map
 * that conversations begin with. Prints a table of medians: processor time, wall time, memory, the longest time that
 * the editor's thread was not free; then the map. The files are those that git knows, or all where there is no git.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { bundledParts } from './context-parts.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    workspace: { type: 'string' },
    tokens: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '3' },
    /** Set in the processes that measure: where the index is saved. */
    storage: { type: 'string' },
  },
});
if (options.workspace === undefined) throw new Error('Name a folder: --workspace DIR');
const folder = path.resolve(options.workspace);
const bundle = path.join(root, '.cache/bench/context-parts.cjs');

const titles = {
  cpuSeconds: 'index: processor time, s',
  seconds: 'index: wall time, s',
  blockMs: 'index: longest block of the thread, ms',
  peakMb: 'most memory while indexing, MB',
  indexMb: 'memory with the index, MB',
  mapCpuSeconds: 'first map: processor time, s',
  mapSeconds: 'first map: wall time, s',
  mapBlockMs: 'first map: longest block of the thread, ms',
  mapMb: 'memory with index and map, MB',
  heapMb: 'of it JavaScript objects, MB',
  emptyMb: 'memory before (an empty Node), MB',
};

if (options.storage === undefined) await compare();
else await measure(options.storage);

async function compare() {
  mkdirSync(path.dirname(bundle), { recursive: true });
  const runs = Array.from({ length: Number(options.runs) }, () => {
    const storage = mkdtempSync(path.join(os.tmpdir(), 'moonwright-workspace-'));
    try {
      return { first: inProcess(storage), repeat: inProcess(storage) };
    } finally {
      rmSync(storage, { recursive: true, force: true });
    }
  });
  const { map, ...counts } = runs[0].first;
  const of = (kind, key) => median(runs.map((run) => run[kind][key]));
  const rows = Object.keys(titles).map((key) => `| ${titles[key]} | ${of('first', key)} | ${of('repeat', key)} |`);
  process.stdout.write(
    [
      `${folder}: ${counts.files} sources, ${counts.megabytes} MB, ${counts.definitions} definitions. ` +
        `${os.cpus()[0]?.model}, ${os.availableParallelism()} cores, load ${os.loadavg()[0].toFixed(1)}.`,
      '',
      '| | first index | from what was saved |',
      '|---|---|---|',
      ...rows,
      '',
      map,
      '',
    ].join('\n'),
  );
  writeFileSync(path.join(path.dirname(bundle), 'workspace.json'), JSON.stringify({ folder, runs }, null, 2));
}

function inProcess(storage) {
  const own = ['--expose-gc', import.meta.filename, '--workspace', folder, '--tokens', options.tokens];
  const answer = execFileSync(process.execPath, [...own, '--storage', storage], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(answer);
}

/** One process of its own, like the extension host: the index in the main thread, the parsers in theirs. */
async function measure(storage) {
  const parts = await bundledParts(
    [
      'context/grammar-files',
      'context/paced',
      'context/parsing/languages',
      'context/parsing/worker-threads',
      'context/repo-map/project-modules',
      'context/repo-map/repo-map-cache',
      'context/threaded-index',
      'permission/secret-names',
    ],
    bundle,
  );
  const names = listed();
  const sources = names.filter((name) => parts.languageOfFile(name) !== undefined);
  const projects = names
    .filter(parts.isProjectFile)
    .map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
  const grammars = parts.grammarsIn(path.join(root, 'dist/grammars'));
  await settle();
  const emptyMb = residentMb();
  let peakMb = emptyMb;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb());
  }, 50);
  const relative = (absolute) => path.relative(folder, absolute).split(path.sep).join('/');
  const index = new parts.ThreadedIndex({
    startThread: parts.workerThreads(path.join(root, 'dist/parser.cjs'), {
      runtime: grammars.runtime,
      grammars: parts.grammarFilesByName(grammars),
      saved: path.join(storage, 'source-index'),
    }),
    list: async () => [{ folder, names: sources }],
    relative,
    threads: Math.min(os.availableParallelism(), 2),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const read = await timed(() => index.ready());
  clearInterval(watch);
  await settle();
  const indexMb = residentMb();
  const cache = new parts.RepoMapCache({
    index,
    memory: { find: async () => undefined, keep: async () => undefined },
    relative,
    projects: async () => projects,
    isSecret: parts.namesSecret,
    failed: (thrown) => process.stderr.write(`${String(thrown)}\n`),
  });
  // The tokens of a model are counted in the daemon. Here it is their usual length.
  const count = async (texts) => texts.map((text) => Math.ceil(text.length / 3.5));
  const made = await timed(() => cache.shared({ model: 'bench', budget: Number(options.tokens), count }));
  await settle();
  process.stdout.write(
    JSON.stringify({
      files: index.files().length,
      megabytes: Math.round(
        sources.reduce(
          (sum, name) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
          0,
        ) / 1e6,
      ),
      definitions: index.files().reduce((sum, file) => sum + file.definitions.length, 0),
      cpuSeconds: read.cpuSeconds,
      seconds: read.seconds,
      blockMs: read.blockMs,
      peakMb,
      indexMb,
      mapCpuSeconds: made.cpuSeconds,
      mapSeconds: made.seconds,
      mapBlockMs: made.blockMs,
      mapMb: residentMb(),
      heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
      emptyMb,
      map: made.result,
    }),
  );
  process.exit(0);
}

function listed() {
  try {
    const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return names.split('\0').filter((name) => name !== '');
  } catch {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  }
}

/** Lets threads end and the collector run. */
async function settle() {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    globalThis.gc();
  }
}

/** A block is how much later than every millisecond a timer fires. */
async function timed(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const from = performance.now();
  const result = await work();
  const seconds = tenths((performance.now() - from) / 1000);
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return { result, seconds, cpuSeconds: tenths((user + system) / 1e6), blockMs: tenths(delay.max / 1e6) };
}

function residentMb() {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function tenths(value) {
  return Math.round(value * 10) / 10;
}
