import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { gitReady, type GitState } from '../../../../../extension/editor/documents/git/git-ready.ts';

function gitIn(state: GitState['state']): GitState & { readonly told: EventEmitter } {
  const told = new EventEmitter();
  return {
    state,
    told,
    onDidChangeState: (listener) => {
      told.on('state', listener);
      return { dispose: () => void told.off('state', listener) };
    },
  };
}

test('a Git extension that has looked already is not waited for', async () => {
  const git = gitIn('initialized');
  await gitReady(git, 600_000);
  expect(git.told.listenerCount('state')).toBe(0);
});

test('a command right after the window opened waits for the first look', async () => {
  const git = gitIn('uninitialized');
  const ready = gitReady(git, 600_000).then(() => 'ready');
  git.told.emit('state', 'uninitialized');
  const other = once(git.told, 'other').then(() => 'still waiting');
  git.told.emit('other');
  expect(await Promise.race([ready, other])).toBe('still waiting');
  git.told.emit('state', 'initialized');
  expect(await ready).toBe('ready');
  expect(git.told.listenerCount('state')).toBe(0);
});

test('a look that does not end is not waited for forever', async () => {
  const git = gitIn('uninitialized');
  await gitReady(git, 1);
  expect(git.told.listenerCount('state')).toBe(0);
});
