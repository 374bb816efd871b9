/**
 * `node test/bench/host-turns.mjs [--files 30000] [--conversations 500]`: how long the editor's thread is not free in a
 * large workspace. The workspace is made up: sources with ten definitions each in a fact store, and conversations on
 * disk. Prints a line of JSON for each thing that the user does: how long it takes, and its longest turns of the event
 * loop, in milliseconds of the processor: another program's time does not count.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

const root = path.resolve(import.meta.dirname, '../..');
const option = (name, otherwise) =>
  Number(process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const count = option('--files', 30_000);
const conversations = option('--conversations', 500);
const built = mkdtempSync(path.join(os.tmpdir(), 'moonwright-turns-'));
try {
  const parts = await load();
  const names = Array.from({ length: count }, (_, at) => `packages/part${at % 300}/src/area${at % 17}/module${at}.ts`);
  const index = madeUp(parts, names);
  const files = {
    folders: [],
    all: async () => names,
    relative,
    absolute: (name) => name,
    read: async () => undefined,
  };
  const listed = new parts.FileNames(files);
  const mentions = new parts.Mentions(
    [
      parts.fileMention({ files, names: listed, open: () => [], isSecret: async () => false }),
      parts.folderMention(files, listed),
      parts.symbolMention(files, index),
    ],
    async () => false,
  );
  for (const query of ['', 'a', 'module1', 'symbol:load', 'symbol:part7#load'])
    await measure(`@${query}`, () => mentions.suggest(query));
  await measure('first look', () => parts.firstLook(index, relative));
  const map = new parts.RepoMapCache({
    index,
    memory: { find: async () => undefined, keep: async () => undefined },
    relative,
    projects: async () => [],
    isSecret: parts.namesSecret,
    failed: (thrown) => process.stderr.write(`${String(thrown)}\n`),
  });
  const reader = {
    model: 'm',
    budget: 2000,
    count: async (texts) => texts.map((text) => Math.ceil(text.length / 3.5)),
  };
  await measure('first map', () => map.shared(reader));
  const seeds = { request: 'load the module of part 7', files: new Map() };
  await measure('map of a request', () => map.seeded(reader, seeds, new Set(), new Set()));
  const store = storeOf(parts);
  await measure('first history', () => store.list(''));
  await measure('history', () => store.list(''));
  await measure('history, searched', () => store.list('needle 77'));
} finally {
  rmSync(built, { recursive: true, force: true });
}

function relative(absolute) {
  return absolute.slice('/w/'.length);
}

async function load() {
  const { build } = await import('esbuild');
  const names = [
    'chat/conversation-store',
    'context/first-look',
    'context/mentions/file-mention',
    'context/mentions/file-names',
    'context/mentions/folder-mention',
    'context/mentions/mentions',
    'context/mentions/symbol-mention',
    'context/parsing/fact-store',
    'context/repo-map/repo-map-cache',
    'permission/secret-names',
  ];
  await build({
    stdin: {
      contents: names.map((name) => `export * from './${name}.ts';`).join('\n'),
      resolveDir: path.join(root, 'extension'),
      loader: 'ts',
    },
    outfile: path.join(built, 'parts.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
  return createRequire(import.meta.url)(path.join(built, 'parts.cjs'));
}

/** An index of sources that use each other: each defines ten functions and uses thirty of others. */
function madeUp({ FactStore }, names) {
  const store = new FactStore(relative);
  for (const [at, name] of names.entries()) {
    const definitions = Array.from({ length: 10 }, (_, place) => ({
      name: place === 0 ? 'load' : `load${at}Part${place}`,
      kind: 'function',
      line: 1 + 5 * place,
      endLine: 4 + 5 * place,
      topLevel: true,
      parameters: ['value'],
      signature: `export function load${at}Part${place}(value: number): Promise<number> {`,
    }));
    const used = Array.from({ length: 30 }, (_, use) => `load${(at * 31 + use * 977) % count}Part${1 + (use % 9)}`);
    const facts = {
      language: 'typescript',
      tests: false,
      imports: [`./module${(at + 17) % count}.ts`],
      defined: definitions.map((definition) => definition.name),
      names: [...new Set(used)],
      counts: [...new Set(used)].map(() => 2),
    };
    store.put({
      path: `/w/${name}`,
      facts: JSON.stringify(facts),
      definitions: new TextEncoder().encode(JSON.stringify(definitions)),
    });
  }
  return {
    ready: async () => undefined,
    onChange: () => () => undefined,
    files: () => store.files(),
    file: (absolute) => store.file(absolute),
    definedNames: () => store.definedNames(),
    definitionsOf: (name, most) => store.definitionsOf(name, most),
    usedIn: (name) => store.usedIn(name),
  };
}

/** Conversations of about 100 KB each. */
function storeOf({ ConversationStore }) {
  const folder = path.join(built, 'conversations');
  mkdirSync(folder);
  for (let at = 0; at < conversations; at++) {
    const lines = [
      { type: 'head', version: 1, id: `c${at}`, created: at },
      { type: 'title', title: `Conversation ${at}`, at },
      ...Array.from({ length: 20 }, (_, turn) => ({
        type: 'item',
        item: { kind: 'user', id: `u${turn}`, turn, text: `needle ${at} ${'word '.repeat(1000)}`, queued: false },
      })),
    ];
    writeFileSync(path.join(folder, `c${at}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  return new ConversationStore(folder, (error) => process.stderr.write(`${String(error)}\n`));
}

async function measure(what, work) {
  const turns = [];
  let isDone = false;
  let last = process.cpuUsage();
  const probe = () => {
    const { user, system } = process.cpuUsage(last);
    turns.push((user + system) / 1000);
    last = process.cpuUsage();
    if (!isDone) setImmediate(probe);
  };
  setImmediate(probe);
  const from = performance.now();
  await work();
  const ms = performance.now() - from;
  isDone = true;
  probe();
  const longest = turns.sort((a, b) => b - a).slice(0, 5);
  process.stdout.write(`${JSON.stringify({ what, ms: Math.round(ms), longestTurnsMs: longest.map(Math.round) })}\n`);
}
