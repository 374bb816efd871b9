import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Longer than VS Code shows a notice at least: the one before it has gone by then, so there is never more than one. */
const noticeAfterMs = 1000;

/** Asks an engine something. Where that takes longer, a notice says so, and the user may cancel it. */
export async function asking<T>(host: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const answered = new AbortController();
  const running = run(abort.signal).finally(() => answered.abort());
  delay(noticeAfterMs, undefined, { signal: answered.signal }).then(
    () => show(host, running, abort),
    () => undefined, // answered in time
  );
  return running;
}

function show(host: string, running: Promise<unknown>, abort: AbortController): void {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Asking {0}', host),
    cancellable: true,
  };
  void vscode.window.withProgress(options, async (_progress, token) => {
    const cancelled = token.onCancellationRequested(() => abort.abort());
    await running.catch(() => undefined); // told to whoever asked
    cancelled.dispose();
  });
}
