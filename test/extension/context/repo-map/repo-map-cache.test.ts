// Faked: the index and the tokenizer (a token for three characters). Real: the file that keeps the maps.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SavedMaps } from '../../../../extension/context/repo-map/saved-maps.ts';
import { RepoMapCache, type RepoMapCacheParts } from '../../../../extension/context/repo-map/repo-map-cache.ts';
import { turnsDuring } from '../../../support/extension/turns-during.ts';
import { FakeIndex } from '../../../support/extension/fake-index.ts';

const count = async (texts: readonly string[]) => texts.map((text) => Math.ceil(text.length / 3));
const reader = { model: 'nano', budget: 500, count };
let index: FakeIndex;
let file: string;

beforeEach(() => {
  index = new FakeIndex(
    Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`src/file${at}.ts`, { defines: [`work${at}()`] }])),
  );
  file = path.join(mkdtempSync(path.join(tmpdir(), 'map-')), 'deep', 'repo-map.json');
});

/** As a window that is opened on the workspace. */
const open = (memory: RepoMapCacheParts['memory'] = new SavedMaps(file)) =>
  new RepoMapCache({
    index,
    memory,
    relative: (absolute) => path.posix.relative('/w', absolute),
    projects: async () => [],
    isSecret: (name) => name.includes('secret'),
    failed: (error) => {
      throw error;
    },
  });

describe('the shared map', () => {
  it('gives other work its turn after each slice, from the first file to the last digest', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
    onTestFinished(() => void vi.restoreAllMocks());
    const forgetful = { find: async () => undefined, keep: async () => undefined };
    // Each of the 20 files gets a slice for its name, five for the graph, two for words and rows, one for its digest.
    expect(await turnsDuring(open(forgetful).shared(reader))).toBeGreaterThanOrEqual(20 * 9);
  });

  it('stays the same bytes while little changes, also after a reload', async () => {
    const map = open();
    const text = await map.shared(reader);
    index.put('src/file3.ts', { defines: ['changed()'] });
    expect(await map.shared(reader)).toBe(text);
    expect(await open().shared(reader)).toBe(text);
    expect(text).not.toContain('changed');
  });

  it('is made anew when more than a tenth of the files define something else', async () => {
    const map = open();
    const text = await map.shared(reader);
    for (const at of [1, 2, 3]) index.put(`src/file${at}.ts`, { defines: [`changed${at}()`] });
    const fresh = await open().shared(reader);
    expect(fresh).not.toBe(text);
    expect(fresh).toContain('changed2');
    expect(await open().shared(reader)).toBe(fresh);
  });

  it('is not touched by changes that define nothing else', async () => {
    const map = open();
    const text = await map.shared(reader);
    for (let at = 0; at < 20; at++) index.put(`src/file${at}.ts`, { defines: [`work${at}()`], uses: ['work1'] });
    expect(await map.shared(reader)).toBe(text);
  });

  it('is another one for another model or budget; both are kept', async () => {
    const map = open();
    const text = await map.shared(reader);
    expect((await map.shared({ ...reader, budget: 50 })).length).toBeLessThan(text.length);
    expect(await open().shared(reader)).toBe(text);
  });

  it('comes from before while the workspace is still being read', async () => {
    const text = await open().shared(reader);
    index.first = new Promise(() => undefined);
    expect(await open().shared(reader)).toBe(text);
  });

  it('is made again where what was kept is broken', async () => {
    const text = await open().shared(reader);
    for (const broken of [
      '',
      '{',
      'null',
      '{"version":1,"maps":[{}]}',
      readFileSync(file, 'utf8').replace('"version":1', '"version":0').replace('work', 'old'),
    ]) {
      writeFileSync(file, broken);
      expect(await open().shared(reader)).toBe(text);
    }
  });

  it('shows no secrets', async () => {
    index.put('src/secret.ts', { defines: ['password()'] });
    expect(await open().shared(reader)).not.toContain('password');
  });
});

describe('the map of a request', () => {
  const seeds = (request: string) => ({ request, files: new Map<string, number>() });

  it('knows what changed since the shared one was made', async () => {
    const map = open();
    await map.shared(reader);
    index.put('src/parcel.ts', { defines: ['sendParcel()'] });
    expect(await open().seeded(reader, seeds('send the parcel'), new Set(), new Set())).toContain(
      'export function sendParcel()',
    );
  });

  it('is asked for only where words name something in particular', async () => {
    const many = new FakeIndex(
      Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`src/file${at}.ts`, { defines: [`work${at}()`] }])),
    );
    many.put('src/parcel.ts', { defines: ['sendParcel()'] });
    index = many;
    const map = open();
    expect(await map.concerns('go on with the parcel')).toBe(true);
    expect(await map.concerns('go on with the work in that file')).toBe(false);
    expect(await map.concerns('thanks')).toBe(false);
  });
});
