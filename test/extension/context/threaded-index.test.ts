// Faked: the threads, which run in this one, and the listing of the workspace.
import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ToWorker } from '../../../extension/context/parsing/thread-messages.ts';
import { ThreadedIndex } from '../../../extension/context/threaded-index.ts';
import { inProcessThreads } from '../../support/extension/in-process-thread.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Options {
  readonly saved?: boolean;
  readonly threads?: number;
  readonly filesMax?: number;
  readonly dies?: (message: ToWorker) => boolean;
}

function setUp(texts: Readonly<Record<string, string>>, { saved = true, threads = 1, filesMax, dies }: Options = {}) {
  const folder = path.join(temporaryFolder(), 'tests', 'shop'); // above the workspace, a name means nothing
  const at = (name: string) => path.join(folder, name);
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  for (const [name, text] of Object.entries(texts)) write(name, text);
  const storage = saved ? path.join(path.dirname(folder), 'index') : undefined;
  const lines: string[] = [];
  const open = () => {
    const running = inProcessThreads(storage, dies);
    const index = new ThreadedIndex({
      startThread: running.start,
      relative: (absolute) => path.relative(folder, absolute),
      threads,
      ...(filesMax !== undefined && { filesMax }),
      log: (line) => lines.push(line),
      list: async () => [
        {
          folder,
          names: readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
            .sort(),
        },
      ],
    });
    onTestFinished(() => index.dispose());
    return { index, sent: running.sent, running: running.count };
  };
  const read = (sent: readonly ToWorker[]) =>
    sent
      .flatMap((message) => (message.type === 'read' ? message.files : []))
      .map((file) => path.relative(folder, file));
  const names = (index: ThreadedIndex) =>
    Object.fromEntries(
      index.files().map((file) => [path.relative(folder, file.path), file.definitions.map(({ name }) => name)]),
    );
  return { at, write, open, read, names, lines, folder };
}

const shop = {
  'src/cart.js': "import { price } from './price.js';\nexport function total(items) { return items.map(price); }\n",
  'src/price.js': '/** In cents. */\nexport const price = (item) => item.price;\n',
  'test/cart.test.js': "import { total } from '../src/cart.js';\ntotal([]);\ntotal([]);\n",
  'tool.py': 'def run(): pass\n',
  'README.md': '# Shop',
};

async function settled(ready: () => boolean): Promise<void> {
  await expect.poll(ready, { timeout: 5000, interval: 5 }).toBe(true);
}

describe('the first pass', () => {
  it('reads every file of a known language', async () => {
    const { open, names, at, lines } = setUp(shop);
    const { index } = open();
    await index.ready();
    expect(names(index)).toEqual({
      'src/cart.js': ['total'],
      'src/price.js': ['price'],
      'test/cart.test.js': [],
      'tool.py': ['run'],
    });
    expect(index.progress).toEqual({ done: 4, total: 4 });
    expect(index.definitionsOf('price')).toMatchObject([
      {
        file: { path: at('src/price.js') },
        definition: { line: 2, doc: 'In cents.', signature: 'export const price = (item) => item.price;' },
      },
    ]);
    expect(index.usedIn('total').map((file) => [file.path, file.references.get('total')])).toEqual([
      [at('test/cart.test.js'), 3],
    ]);
    expect(index.file(at('src/cart.js'))).toMatchObject({
      language: 'javascript',
      imports: ['./price.js'],
      isTest: false,
    });
    expect([...(index.file(at('src/cart.js'))?.references ?? [])]).toEqual([
      ['map', 1],
      ['price', 2],
    ]);
    expect(
      index
        .files()
        .filter((file) => file.isTest)
        .map((file) => file.path),
    ).toEqual([at('test/cart.test.js')]);
    expect(lines.at(-1)).toMatch(/^4 source files indexed in [\d.]+ s, 4 of them read, none skipped\.$/);
  });

  it('is shared by helpers, each file once', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 700 }, (_, at) => [`src/f${at}.js`, `export function f${at}() { return f${at + 1}(); }\n`]),
    );
    const { open, read } = setUp(many, { threads: 3 });
    const { index, sent } = open();
    const seen: number[] = [];
    index.onProgress(() => seen.push(index.progress.done));
    await index.ready();
    expect(index.files()).toHaveLength(700);
    expect(read(sent).sort()).toEqual(Object.keys(many).sort());
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(index.usedIn('f500').map((file) => path.basename(file.path))).toEqual(['f499.js']);
  });

  it('can be waited for no longer', async () => {
    const { open } = setUp(shop);
    const { index } = open();
    const abort = new AbortController();
    const waiting = index.ready(abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await index.ready();
    expect(index.files()).toHaveLength(4);
  });

  it('leaves out what no person wrote or reads, with the reason', async () => {
    const { open, names, at, lines } = setUp({
      'ok.js': 'export const a = 1;\n',
      'large.js': `// ${'x\n'.repeat(600_000)}`,
      'bundle.js': `var a=1;${'f(a);'.repeat(3000)}`,
      'binary.js': 'a\0b',
      'empty.js': '',
    });
    const { index } = open();
    await index.ready();
    expect(names(index)).toEqual({ 'ok.js': ['a'], 'empty.js': [] });
    expect(index.skipped()).toEqual(
      new Map([
        [at('binary.js'), 'binary'],
        [at('bundle.js'), 'minified'],
        [at('large.js'), 'large'],
      ]),
    );
    expect(index.file(at('bundle.js'))).toBeUndefined();
    expect(lines.at(-1)).toMatch(/skipped: 1 binary, 1 minified, 1 large\.$/);
  });
});

describe('opened again', () => {
  it('reads only what changed', async () => {
    const { open, read, names, write, at, folder } = setUp(shop);
    const first = open();
    await first.index.ready();
    first.index.dispose();
    write('src/price.js', 'export const cost = 1;\n');
    utimesSync(at('tool.py'), new Date(), new Date(Date.now() + 5000)); // the same text at another time
    rmSync(path.join(folder, 'test'), { recursive: true });
    const { index, sent } = open();
    await index.ready();
    expect(read(sent)).toEqual([path.join('src', 'price.js')]);
    expect(names(index)).toEqual({ 'src/cart.js': ['total'], 'src/price.js': ['cost'], 'tool.py': ['run'] });
    expect(index.usedIn('price').map((file) => path.basename(file.path))).toEqual(['cart.js']);
  });

  it('reads everything, silently, when what was saved is broken', async () => {
    const { open, read, names, lines, folder } = setUp(shop);
    const first = open();
    await first.index.ready();
    first.index.dispose();
    writeFileSync(path.join(path.dirname(folder), 'index'), 'rubbish');
    const { index, sent } = open();
    await index.ready();
    expect(read(sent)).toHaveLength(4);
    expect(Object.keys(names(index))).toHaveLength(4);
    expect(lines.every((line) => line.includes('source files indexed'))).toBe(true);
  });
});

it('a disk that cannot be written costs only what would have been kept', async () => {
  const { open, names, lines, folder } = setUp(shop);
  mkdirSync(path.join(path.dirname(folder), 'index')); // a folder where the file would be
  const { index } = open();
  await index.ready();
  expect(Object.keys(names(index))).toHaveLength(4);
  expect(lines.filter((line) => line.startsWith('The source index is not saved: '))).toHaveLength(1);
});

describe('a change', () => {
  it('costs one file', async () => {
    const { open, read, names, write, at } = setUp(shop);
    const { index, sent } = open();
    await index.ready();
    const told = new Promise<void>((resolve) => index.onChange(resolve));
    const before = index.file(at('src/cart.js'));
    write('src/price.js', 'export const cost = 1;\n');
    index.note([at('src/price.js'), at('README.md')]);
    await index.settled();
    await told;
    expect(read(sent).slice(4)).toEqual([path.join('src', 'price.js')]);
    expect(names(index)['src/price.js']).toEqual(['cost']);
    expect(index.definitionsOf('price')).toEqual([]);
    expect(index.file(at('src/cart.js'))).toBe(before);
  });

  it('of names: files that went, were renamed or came', async () => {
    const { open, names, write, at } = setUp(shop);
    const { index } = open();
    await index.ready();
    renameSync(at('tool.py'), at('tools.py'));
    write('src/new.ts', 'export class New {}\n');
    index.note(['tool.py', 'tools.py', 'src/new.ts'].map(at));
    await index.settled();
    expect(Object.keys(names(index))).toEqual([
      'src/cart.js',
      'src/new.ts',
      'src/price.js',
      'test/cart.test.js',
      'tools.py',
    ]);
    rmSync(at('src'), { recursive: true });
    index.note([at('src')]);
    await index.settled();
    expect(Object.keys(names(index))).toEqual(['test/cart.test.js', 'tools.py']);
    expect(index.definitionsOf('total')).toEqual([]);
  });

  it('of an open document counts before it is saved, and no longer when it is closed', async () => {
    const { open, names, at } = setUp(shop);
    const { index, sent } = open();
    await index.ready();
    let text = shop['tool.py'];
    const type = (from: number, removed: number, put: string) => {
      text = text.slice(0, from) + put + text.slice(from + removed);
      index.change(at('tool.py'), 'python', () => text, [{ from, removed, text: put }]);
    };
    type(4, 3, 'walk');
    type(text.length, 0, 'def stop(): pass\n');
    await settled(() => names(index)['tool.py']?.length === 2);
    expect(names(index)['tool.py']).toEqual(['walk', 'stop']);
    type(4, 4, 'jump');
    await settled(() => names(index)['tool.py']?.[0] === 'jump');
    expect(sent.filter(({ type: kind }) => kind === 'open' || kind === 'change').map(({ type: kind }) => kind)).toEqual(
      ['open', 'change'],
    );
    index.close(at('tool.py'));
    await settled(() => names(index)['tool.py']?.[0] === 'run');
  });
});

describe('of too many sources', () => {
  const texts = {
    'a.js': 'export const a = 1;\n',
    'b.js': 'export const b = 1;\n',
    'deep/c.js': 'export const c = 1;\n',
    'deep/d.js': 'export const d = 1;\n',
  };

  it('always the same are indexed, and the number of the others is told', async () => {
    const { open, names, lines } = setUp(texts, { filesMax: 3 });
    const { index } = open();
    await index.ready();
    expect(Object.keys(names(index))).toEqual(['a.js', 'b.js', 'deep/c.js']);
    expect(index.leftOut).toBe(1);
    expect(lines).toContain('The workspace has 4 source files; 3 of them are indexed.');
  });

  it('the choice stays what it would be from the start, whatever comes, changes and goes', async () => {
    const { open, names, at, write, read } = setUp(texts, { filesMax: 3 });
    const { index, sent } = open();
    await index.ready();
    const now = async (...noted: readonly string[]) => {
      index.note(noted.map(at));
      await index.settled();
      return Object.keys(names(index));
    };
    write('aa.js', 'export const aa = 1;\n');
    expect(await now('aa.js')).toEqual(['a.js', 'aa.js', 'b.js']);
    expect(index.leftOut).toBe(2);
    const before = read(sent).length;
    write('deep/d.js', 'export const other = 1;\n');
    expect(await now('deep/d.js')).toEqual(['a.js', 'aa.js', 'b.js']);
    expect(read(sent), 'one that is left out is not read').toHaveLength(before);
    rmSync(at('a.js'));
    rmSync(at('b.js'));
    expect(await now('a.js', 'b.js')).toEqual(['aa.js', 'deep/c.js', 'deep/d.js']);
    expect(index.leftOut).toBe(0);
  });
});

describe('after a large first pass', () => {
  const many = Object.fromEntries(
    Array.from({ length: 2000 }, (_, at) => [`src/f${at}.js`, `export const f${at} = ${at};\n`]),
  );

  it('all threads are ended, and with them the memory of their parsers; a new one answers', async () => {
    const { open, at } = setUp(many, { threads: 2 });
    const { index, running } = open();
    await index.ready();
    expect(running()).toBe(0);
    expect(await index.errors('python', 'def f(:\n')).toBeGreaterThan(0);
    expect(running()).toBe(1);
    index.note([at('src/f7.js')]);
    await index.settled();
    expect(running()).toBe(1);
    index.dispose();
    expect(running()).toBe(0);

    const again = open();
    await again.index.ready();
    expect(again.index.files()).toHaveLength(2000);
    expect(again.running(), 'what was saved was in their memory').toBe(0);
  });

  it('questions that were open are answered, and unsaved text still counts', async () => {
    const { open, at } = setUp(many);
    const { index, sent } = open();
    const opened = (): number => sent.filter(({ type }) => type === 'open').length;
    const typed = 'export const typed = 1;\n';
    index.change(at('src/f0.js'), 'javascript', () => typed, []);
    await settled(() => opened() === 1);
    const pass = index.ready();
    const errors = Array.from({ length: 50 }, () => index.errors('python', 'def f(:\n'));
    await settled(() => index.file(at('src/f0.js'))?.definitions[0]?.name === 'typed');
    await pass;
    expect((await Promise.all(errors)).every((count) => count > 0)).toBe(true);
    await settled(() => opened() === 2);
    const longer = `${typed}export const more = 2;\n`;
    index.change(at('src/f0.js'), 'javascript', () => longer, [
      { from: typed.length, removed: 0, text: 'export const more = 2;\n' },
    ]);
    await settled(() => index.file(at('src/f0.js'))?.definitions[1]?.name === 'more');
    expect(index.definitionsOf('f0')).toEqual([]);
  });
});

describe('a thread that ends', () => {
  it('costs only the file that ended it', async () => {
    const { open, names, lines, at } = setUp(shop, {
      dies: (message) => message.type === 'read' && message.files.some((file) => file.endsWith('price.js')),
    });
    const { index } = open();
    await index.ready();
    expect(Object.keys(names(index))).toEqual(['src/cart.js', 'test/cart.test.js', 'tool.py']);
    expect(index.skipped()).toEqual(new Map([[at('src/price.js'), 'broke']]));
    expect(lines.join('\n')).toContain('out of memory');
  });

  it('answers from a new one', async () => {
    let deaths = 0;
    const { open } = setUp({}, { dies: (message) => message.type === 'ask' && deaths++ === 0 });
    expect(await open().index.errors('javascript', 'let a = ;')).toBe(1);
  });
});
