// Faked: the editor's memory and secrets, which all machines of a user share.
import { expect, it } from 'vitest';
import { EngineMemory } from '../../../../extension/editor/engines/engine-memory.ts';
import { homeAddress, readAddress } from '../../../../extension/remote-engine/engine-address.ts';

function shared() {
  const [kept, secrets] = [new Map<string, unknown>(), new Map<string, string>()];
  const memento = {
    keys: () => [...kept.keys()],
    get: (name: string) => kept.get(name),
    update: async (name: string, value: unknown) => void kept.set(name, value),
  };
  const storage = {
    get: async (name: string) => secrets.get(name),
    store: async (name: string, value: string) => void secrets.set(name, value),
    delete: async (name: string) => void secrets.delete(name),
  };
  return (place: string) =>
    new EngineMemory(
      memento as unknown as ConstructorParameters<typeof EngineMemory>[0],
      storage as unknown as ConstructorParameters<typeof EngineMemory>[1],
      place,
    );
}

const base = 'http://127.0.0.1:8737/v1';

it('what was agreed to on one machine, and its key, are unknown on the others', async () => {
  const on = shared();
  await on('').remember(readAddress(base), 'nano', undefined);
  await on('').setKey(base, 'key of here');
  expect(on('').find(base)).toEqual({ base, model: 'nano', contexts: {} });
  expect([on('server').known, await on('server').key(base)]).toEqual([[], undefined]);
  await on('server').setKey(base, 'key of there');
  await on('server').forget(base);
  expect(await on('').key(base)).toBe('key of here');
});

it('an engine at home keeps its own address after a restart', async () => {
  const on = shared();
  await on('server').remember(homeAddress(8737), 'nano', 4096);
  expect(on('server').address(base)).toEqual({
    base,
    root: 'http://127.0.0.1:8737',
    host: 'home:8737',
    reach: 'home',
    encrypted: false,
  });
  expect(on('').address(base)).toMatchObject({ host: '127.0.0.1:8737', reach: 'machine' });
  await on('server').remember(readAddress(base), 'other', undefined);
  expect(on('server').address(base)).toMatchObject({ reach: 'machine' });
  expect(on('server').address('no address')).toBeUndefined();
});
