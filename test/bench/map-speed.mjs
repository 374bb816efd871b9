/**
 * `node test/bench/map-speed.mjs [--folder DIR] [--tokens 2000] [--runs 5] [--requests FILE]`: the map of a folder (the
 * repository unless told otherwise), counted by the embedded model's own tokenizer in a real daemon. Prints one line of
 * JSON: how long the graph takes (cold) and the maps on it (warm, medians), how long the thread was not free meanwhile
 * (99.9th percentile and most), and whether two maps are the same. Git's own list of files is used where there is one.
 * With `--requests` (JSON: a list of `{ id, request }`) also a line for each with its map.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');
const option = (name, otherwise) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise;
const folder = path.resolve(option('--folder', root));
const budget = Number(option('--tokens', '2000'));
const runs = Number(option('--runs', '5'));
const asked = 'The context meter under the composer shows a wrong number of tokens for what the next message adds.';

const { build } = await import('esbuild');
if (!process.argv.includes('--no-build'))
  await (await import(pathToFileURL(path.join(root, 'native/build.mjs')).href)).buildBundles();
const built = mkdtempSync(path.join(os.tmpdir(), 'moonwright-map-'));
const stop = new AbortController();
try {
  const parts = await load();
  const index = await read(parts);
  const client = await connect(parts);
  let calls = 0;
  const count = async (texts) => {
    calls++;
    return (await client.request('tokens.count', { texts })).counts;
  };
  const sources = index.files().map((source) => ({ name: path.relative(folder, source.path), source }));
  const projects = names()
    .filter(parts.isProjectFile)
    .map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [cold, graph] = await timed(() => parts.RepoGraph.build(sources, projects, parts.paced()));
  const mapOf = (seeds) => parts.repoMap(graph, { budget, count, pause: parts.paced(), ...(seeds && { seeds }) });
  const seeds = { request: asked, files: new Map([[sources[0].name, 3]]) };
  const warm = { shared: [], seeded: [] };
  const texts = [];
  for (let run = 0; run < runs; run++) {
    const [sharedMs, text] = await timed(() => mapOf(undefined));
    const [seededMs] = await timed(() => mapOf(seeds));
    warm.shared.push(sharedMs);
    warm.seeded.push(seededMs);
    texts.push(text);
  }
  delay.disable();
  const [tokens] = await count([texts[0]]);
  print({
    files: graph.nodes,
    edges: graph.from.length,
    graphMs: round(cold),
    sharedMs: median(warm.shared),
    seededMs: median(warm.seeded),
    callsPerMap: (calls / (2 * runs + 0.5)) | 0,
    blockP999Ms: round(delay.percentile(99.9) / 1e6),
    blockMaxMs: round(delay.max / 1e6),
    tokens,
    same: new Set(texts).size === 1,
  });
  const requests = option('--requests', undefined);
  for (const { id, request } of requests === undefined ? [] : JSON.parse(readFileSync(requests, 'utf8'))) {
    const [ms, map] = await timed(() => mapOf(request === '' ? undefined : { request, files: new Map() }));
    print({ id, ms: round(ms), tokens: (await count([map]))[0], map });
  }
  await client.request('shutdown', {});
  index.dispose();
} finally {
  stop.abort();
  rmSync(built, { recursive: true, force: true });
}
process.exit(0);

async function load() {
  const contents = [
    'context/threaded-index',
    'context/parsing/worker-threads',
    'context/grammar-files',
    'context/parsing/language-loader',
    'context/parsing/languages',
    'context/repo-map/repo-map',
    'context/repo-map/project-modules',
    'context/repo-map/repo-graph',
    'context/paced',
    'daemon-link/daemon-launch',
    'daemon-link/rpc-client',
  ]
    .map((name) => `export * from './${name}.ts';`)
    .join('\n');
  const alias = { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') };
  await build({
    stdin: { contents, resolveDir: path.join(root, 'extension'), loader: 'ts' },
    outfile: path.join(built, 'map.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    alias,
    loader: { '.scm': 'text' },
    logLevel: 'warning',
  });
  return createRequire(import.meta.url)(path.join(built, 'map.cjs'));
}

async function read(parts) {
  const grammars = parts.grammarsIn(path.join(root, 'dist/grammars'));
  const files = names()
    .map((name) => path.join(folder, name))
    .filter((file) => parts.languageOfFile(file) !== undefined && existsSync(file));
  const index = new parts.ThreadedIndex({
    startThread: parts.workerThreads(path.join(root, 'dist/parser.cjs'), {
      runtime: grammars.runtime,
      grammars: parts.grammarFilesByName(grammars),
      saved: path.join(built, 'source-index'),
    }),
    list: async () => [{ folder, names: files.map((file) => path.relative(folder, file)) }],
    relative: (absolute) => path.relative(folder, absolute),
    threads: 2,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  await index.ready();
  return index;
}

function names() {
  if (existsSync(path.join(folder, '.git')))
    return execFileSync('git', ['ls-files', '-z'], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
      .split('\0')
      .filter((name) => name !== '');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

async function connect(parts) {
  const state = path.join(built, 'state');
  const endpoint = await parts.launchDaemon(
    {
      script: path.join(root, 'dist/daemon.js'),
      executable: process.execPath,
      folder: state,
      env: process.env,
      arguments: ['--state-dir', state],
    },
    stop.signal,
  );
  const client = await parts.RpcClient.connect(endpoint, { client: 'bench' });
  await client.request('model.load', { model: 'nano', contextTokens: 4096 });
  return client;
}

async function timed(work) {
  const from = performance.now();
  const result = await work();
  return [performance.now() - from, result];
}

function median(values) {
  return round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]);
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
