import type { Disposable, Event } from 'vscode';

/** What tells whether VS Code's Git extension has looked for repositories in the window's folders. */
export interface GitState {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: Event<'uninitialized' | 'initialized'>;
}

/**
 * Waits until the Git extension has looked for repositories, which it does for a while after a window has opened.
 * Resolves all the same after `patienceMs`: then what it has found so far must do.
 */
export async function gitReady(git: GitState, patienceMs: number): Promise<void> {
  if (git.state === 'initialized') return;
  let listener: Disposable | undefined;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
    listener = git.onDidChangeState((state) => {
      if (state === 'initialized') resolve();
    });
  });
  clearTimeout(timer);
  listener?.dispose();
}
