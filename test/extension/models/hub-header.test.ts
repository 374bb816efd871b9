// Real: the files that stand in, and the engine's reader of headers. Faked: the hub, by a server on this machine.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readHeader } from '../../../native/daemon/gguf/read-header.ts';
import { withHeader } from '../../../extension/models/hub-header.ts';
import { HubAddress } from '../../../extension/models/hub-address.ts';
import { HubClient } from '../../../extension/models/hub-client.ts';
import { requestFor } from '../../support/hub/download-window.ts';
import { FakeHub } from '../../support/hub/fake-hub.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const nano = readFileSync(path.join(import.meta.dirname, '../../../native/models/nano.gguf'));

it.each([
  ['with ranges', false],
  ['without ranges', true],
])('the engine reads the whole header of a model from its beginning, from a server %s', async (_, ignoresRanges) => {
  const hub = await FakeHub.forTest();
  hub.cdn.ignoresRanges = ignoresRanges;
  hub.add('moon/Nano-GGUF', { 'nano.gguf': nano });
  const client = new HubClient({
    fetch: (url, init) => fetch(url, init),
    address: () => new HubAddress(hub.endpoint),
    token: async () => undefined,
  });
  const folder = path.join(temporaryFolder(), 'plan');
  const { signal } = new AbortController();
  const header = await withHeader(
    client,
    requestFor('moon/Nano-GGUF', { 'nano.gguf': nano }),
    folder,
    async (file) => {
      expect(statSync(file).size).toBe(nano.length);
      expect(readFileSync(file).subarray(-1000).equals(Buffer.alloc(1000)), 'the weights are not loaded').toBe(true);
      return await readHeader(file);
    },
    signal,
  );
  expect(header).toMatchObject({ architecture: 'deepseek2' });
  expect(header.tensors.length).toBeGreaterThan(10);
  expect(existsSync(folder)).toBe(false);
});
