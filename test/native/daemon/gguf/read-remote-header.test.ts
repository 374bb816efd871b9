// The server is faked: a fetch that answers range requests from bytes in memory.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { readRemoteHeader } from '../../../../native/daemon/gguf/read-remote-header.ts';
import type { Fetch } from '../../../../native/daemon/gguf/read-remote-header.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { ggufBytes, text, uint32 } from '../../../support/models/gguf-writer.ts';

const nano = 'native/models/nano.gguf';

function server(files: Readonly<Record<string, Buffer>>, asked: string[] = []): Fetch {
  return async (input, init) => {
    const url = String(input);
    asked.push(url);
    const bytes = files[url];
    if (bytes === undefined) return new Response('not found', { status: 404 });
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '');
    const part = bytes.subarray(Number(range?.[1]), Number(range?.[2]) + 1);
    return new Response(new Uint8Array(part), {
      status: 206,
      headers: { 'content-range': `bytes ${range?.[1]}-${range?.[2]}/${bytes.length}` },
    });
  };
}

describe('readRemoteHeader', () => {
  it('says of a remote file what reading it locally says', async () => {
    const url = 'https://example.org/m/nano.gguf';
    const remote = await readRemoteHeader(url, server({ [url]: readFileSync(nano) }));
    const local = await readHeader(nano);
    expect(remote.tensors).toEqual(local.tensors);
    expect(modelFacts(remote)).toEqual(modelFacts(local));
  });

  it('reads every file of a split model', async () => {
    const urls = ['https://example.org/a-00001-of-00002.gguf', 'https://example.org/a-00002-of-00002.gguf'];
    const part = (number: number): Buffer =>
      ggufBytes({
        metadata: { 'general.architecture': text('llama'), 'llama.block_count': uint32(2) },
        tensors: [{ name: `blk.${number}.x`, dimensions: [8], type: 'F32' }],
      });
    const asked: string[] = [];
    const header = await readRemoteHeader(urls[1]!, server({ [urls[0]!]: part(0), [urls[1]!]: part(1) }, asked));
    expect(header.tensors.map((tensor) => [tensor.name, tensor.file])).toEqual([
      ['blk.0.x', 0],
      ['blk.1.x', 1],
    ]);
    expect(new Set(asked)).toEqual(new Set(urls));
  });

  it('says what the server said', async () => {
    await expect(readRemoteHeader('https://example.org/none.gguf', server({}))).rejects.toMatchObject({
      code: 'file.failed',
      message: expect.stringContaining('404'),
    });
  });

  it('says that the server cannot be reached', async () => {
    const broken: Fetch = () => Promise.reject(new TypeError('fetch failed'));
    await expect(readRemoteHeader('https://example.org/x.gguf', broken)).rejects.toMatchObject({
      code: 'file.failed',
      message: expect.stringContaining('cannot be reached'),
    });
  });

  it('refuses what is no GGUF file', async () => {
    const url = 'https://example.org/page.gguf';
    await expect(
      readRemoteHeader(url, server({ [url]: Buffer.from('<html>'.padEnd(4096, 'x')) })),
    ).rejects.toMatchObject({ code: 'model.invalid' });
  });
});
