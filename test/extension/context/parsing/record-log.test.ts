import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RecordLog, type SavedFile } from '../../../../extension/context/parsing/record-log.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const record = (name: string, body: string, modified = 1): SavedFile => ({
  path: name,
  modified,
  size: body.length,
  hash: `hash of ${body.slice(0, 10)}`,
  body: Buffer.from(body),
});
const texts = (saved: ReadonlyMap<string, SavedFile>) =>
  Object.fromEntries([...saved].map(([name, { body }]) => [name, body.toString()]));

function setUp() {
  const file = path.join(temporaryFolder(), 'deep', 'index');
  return { file, open: (version = '1') => new RecordLog(file, version) };
}

it('gives back what was added, the last of each file', async () => {
  const { open } = setUp();
  const log = open();
  expect(texts(await log.read())).toEqual({});
  await log.append([record('/a', 'first'), record('/b', 'größe\nzwei')]);
  await log.append([record('/a', 'second', 2)]);
  const saved = await open().read();
  expect(texts(saved)).toEqual({ '/a': 'second', '/b': 'größe\nzwei' });
  expect(saved.get('/a')).toMatchObject({ modified: 2, size: 6, hash: 'hash of second' });
});

it('is empty for another version, and for what is no index at all', async () => {
  const { file, open } = setUp();
  const log = open();
  await log.read();
  await log.append([record('/a', 'x')]);
  expect(texts(await open('2').read())).toEqual({});
  for (const junk of ['', 'x', '{"version":1}', '\0'.repeat(5000)]) {
    writeFileSync(file, junk);
    expect(texts(await open().read())).toEqual({});
  }
});

it('loses only a torn or changed record, and goes on from there', async () => {
  const { file, open } = setUp();
  const log = open();
  await log.read();
  await log.append([record('/a', 'x'.repeat(100)), record('/b', 'y'.repeat(100)), record('/c', 'z'.repeat(100))]);
  const whole = readFileSync(file);
  for (let cut = whole.length - 1; cut > whole.length - 120; cut -= 7) {
    writeFileSync(file, whole.subarray(0, cut));
    const again = open();
    expect(Object.keys(texts(await again.read()))).toEqual(['/a', '/b']);
    await again.append([record('/d', 'new')]);
    expect(Object.keys(texts(await open().read()))).toEqual(['/a', '/b', '/d']);
  }
  const changed = Buffer.from(whole);
  const at = whole.indexOf('yyy');
  changed[at] = 33;
  writeFileSync(file, changed);
  expect(Object.keys(texts(await open().read()))).toEqual(['/a', '/c']);
  changed.writeUInt32LE(0xfffffff0, whole.indexOf('["/b"') - 8);
  writeFileSync(file, changed);
  expect(Object.keys(texts(await open().read()))).toEqual(['/a', '/c']);
  expect(Object.keys(texts(await open().read())), 'after it was repaired').toEqual(['/a', '/c']);
});

it('loses at most the records that a damaged byte stands in, wherever it is', async () => {
  const { file, open } = setUp();
  const log = open();
  await log.read();
  await log.append(['/a', '/b', '/c', '/d'].map((name) => record(name, name.repeat(20))));
  const whole = readFileSync(file);
  for (let at = whole.indexOf(10) + 1; at < whole.length; at += 3) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8((damaged[at] ?? 0) ^ 0x55, at);
    writeFileSync(file, damaged);
    expect(Object.keys(texts(await open().read())), `byte ${at}`).toHaveLength(3);
  }
});

it.skipIf(process.platform === 'win32')('is for the user only, also where it was not', async () => {
  const { file, open } = setUp();
  await open().read();
  const mode = (name: string) => (statSync(name).mode & 0o777).toString(8);
  expect([mode(file), mode(path.dirname(file))]).toEqual(['600', '700']);
  chmodSync(file, 0o644);
  await open().read();
  expect(mode(file)).toBe('600');
});

it('drops former texts and other files when they are most of it', async () => {
  const { file, open } = setUp();
  const log = open();
  await log.read();
  for (let at = 0; at < 30; at++)
    await log.append([record('/a', `${at} ${'x'.repeat(100_000)}`), record('/gone', 'y'.repeat(10_000))]);
  await log.append([record('/b', 'short')]);
  const again = open();
  const kept = [...(await again.read()).values()].filter((saved) => saved.path !== '/gone');
  await again.settle(kept);
  await again.append([record('/c', 'after')]);
  expect(readFileSync(file).length).toBeLessThan(110_000);
  expect(Object.keys(texts(await open().read()))).toEqual(['/a', '/b', '/c']);
  expect(readdirSync(path.dirname(file))).toEqual(['index']);
});
