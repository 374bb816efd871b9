// Faked: the hub, by a server on this machine.
import { describe, expect, it } from 'vitest';
import { HubAddress } from '../../../extension/models/hub-address.ts';
import { HubClient } from '../../../extension/models/hub-client.ts';
import { isModelFile, listModelFiles } from '../../../extension/models/hub-files.ts';
import { proposed, quantisationsOf } from '../../../extension/models/hub-quantisations.ts';
import { searchRepositories } from '../../../extension/models/hub-repositories.ts';
import { commit, FakeHub, sha256 } from '../../support/hub/fake-hub.ts';

const { signal } = new AbortController();
const hash = 'a'.repeat(64);

function clientOf(hub: FakeHub): HubClient {
  return new HubClient({
    fetch: (url, init) => fetch(url, init),
    address: () => new HubAddress(hub.endpoint),
    token: async () => undefined,
  });
}

describe('the files of a repository', () => {
  it('are those with a size and a hash, from all pages', async () => {
    const hub = await FakeHub.forTest();
    hub.pageSize = 2;
    const bytes = Buffer.from('weights');
    hub.add('moon/Tiny-GGUF', {
      'README.md': Buffer.from('read'),
      'a-Q4_0.gguf': bytes,
      'sub/b-Q8_0.gguf': bytes,
      '.gitattributes': Buffer.from('x'),
      'c-F16.gguf': bytes,
    });
    const listed = await listModelFiles(clientOf(hub), 'moon/Tiny-GGUF', signal);
    expect(listed.commit).toBe(commit);
    expect(listed.files).toEqual(
      ['a-Q4_0.gguf', 'sub/b-Q8_0.gguf', 'c-F16.gguf'].map((path) => ({ path, bytes: 7, sha256: sha256(bytes) })),
    );
  });

  it('are missed where there are none, with a sentence', async () => {
    const hub = await FakeHub.forTest();
    hub.add('moon/Tiny', { 'model.safetensors': Buffer.from('x') });
    await expect(listModelFiles(clientOf(hub), 'moon/Tiny', signal)).rejects.toThrow(/has no GGUF files/);
    await expect(listModelFiles(clientOf(hub), 'moon/None', signal)).rejects.toMatchObject({ code: 'hub.missing' });
  });

  it.each([
    '../a.gguf',
    'a/../../b.gguf',
    '/a.gguf',
    'a//b.gguf',
    'c:\\a.gguf',
    'a\n.gguf',
    './a.gguf',
    'a.bin',
    'x /a.gguf',
  ])('never have the path %j', (path) => {
    expect(isModelFile({ path, bytes: 1, sha256: hash })).toBe(false);
  });
});

describe('the quantisations of a repository', () => {
  const names = (...paths: readonly string[]): string[] =>
    quantisationsOf(paths.map((path, index) => ({ path, bytes: index + 1, sha256: hash }))).map(({ name }) => name);

  it('are told from the names of the files, as their makers write them', () => {
    expect(
      names(
        'Qwen3.5-4B-Q4_K_M.gguf',
        'Qwen3.5-4B-UD-Q2_K_XL.gguf',
        'model.IQ4_XS.gguf',
        'gpt-oss-20b-mxfp4.gguf',
        'gemma-4-12b-it-BF16.gguf',
        'kimi-TQ1_0.gguf',
        'Devstral-Q8_0.gguf',
        'plain.gguf',
      ),
    ).toEqual(['Q4_K_M', 'UD-Q2_K_XL', 'IQ4_XS', 'MXFP4', 'BF16', 'TQ1_0', 'Q8_0', 'plain']);
  });

  it('are one for all splits, also in a folder, and none when a split is missing', () => {
    const files = [
      { path: 'UD-Q4_K_XL/K2-00002-of-00002.gguf', bytes: 10, sha256: hash },
      { path: 'UD-Q4_K_XL/K2-00001-of-00002.gguf', bytes: 20, sha256: hash },
      { path: 'Q8_0/K2-Q8_0-00001-of-00003.gguf', bytes: 5, sha256: hash },
    ];
    expect(quantisationsOf(files)).toEqual([{ name: 'UD-Q4_K_XL', bytes: 30, files: [files[1], files[0]] }]);
  });

  it('leave out projectors and measurements, and keep two models of one size apart', () => {
    expect(names('a-Q4_0.gguf', 'mmproj-a-F16.gguf', 'a-imatrix.gguf', 'b-Q4_0.gguf')).toEqual(['a-Q4_0', 'b-Q4_0']);
  });

  it('propose the one that is asked for, else the usual one', () => {
    const choices = quantisationsOf(
      ['a-Q2_K.gguf', 'a-Q4_K_M.gguf', 'a-Q8_0.gguf'].map((path, at) => ({ path, bytes: at + 1, sha256: hash })),
    );
    expect(proposed(choices, ['q8_0'])?.name).toBe('Q8_0');
    expect(proposed(choices, [])?.name).toBe('Q4_K_M');
    expect(proposed(choices.slice(0, 1), [])?.name).toBe('Q2_K');
  });
});

describe('a search of the hub', () => {
  it('finds repositories by their names, with what is worth knowing before a choice', async () => {
    const hub = await FakeHub.forTest();
    hub.add('moon/Tiny-GGUF', {});
    hub.add('moon/Other-GGUF', {});
    expect(await searchRepositories(clientOf(hub), 'tiny model', signal)).toEqual([]);
    expect(await searchRepositories(clientOf(hub), 'tiny', signal)).toEqual([
      { name: 'moon/Tiny-GGUF', downloads: 1234, licence: 'mit', gated: false },
    ]);
    expect(hub.seen.at(-1)?.path).toContain('search=tiny&filter=gguf&sort=downloads');
  });
});
