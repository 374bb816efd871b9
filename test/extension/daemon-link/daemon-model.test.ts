// Faked: the connection.
import { describe, expect, it } from 'vitest';
import { DaemonModel, type DaemonClient } from '../../../extension/daemon-link/daemon-model.ts';
import { fakeModel } from '../../support/daemon/fake-daemon.ts';

function setUp() {
  const asked: (readonly string[])[] = [];
  const client = {
    request: async (_method: string, { texts }: { texts: readonly string[] }) => {
      asked.push(texts);
      return { counts: texts.map((text) => text.length) };
    },
  } as DaemonClient;
  const model = new DaemonModel({ client: async () => client, loaded: fakeModel }, fakeModel);
  return { model, asked };
}

describe('counting tokens', () => {
  it('asks once for each text', async () => {
    const { model, asked } = setUp();
    expect(await model.countTokens(['a', 'bb', 'a'])).toEqual([1, 2, 1]);
    expect(await model.countTokens(['bb', 'ccc'])).toEqual([2, 3]);
    expect(asked).toEqual([['a', 'bb'], ['ccc']]);
  });

  it('gives the count of a known text also when the new ones fill the memory', async () => {
    const { model } = setUp();
    await model.countTokens(['known']);
    const fresh = Array.from({ length: 3000 }, (_, at) => `text ${at}`);
    const counts = await model.countTokens(['known', ...fresh]);
    expect(counts).toEqual(['known', ...fresh].map((text) => text.length));
    expect(await model.countTokens(['known'])).toEqual([5]);
  });
});
