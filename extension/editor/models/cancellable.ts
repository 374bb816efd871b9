import * as vscode from 'vscode';
import { nativeText } from '../model-text/native-text.ts';

/** Shows that something takes a while; the user can stop it. */
export async function withCancel<Result>(
  title: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const location = vscode.ProgressLocation.Notification;
  return await vscode.window.withProgress({ location, title: nativeText(title), cancellable: true }, (_, cancelled) => {
    const stop = new AbortController();
    cancelled.onCancellationRequested(() => stop.abort());
    return work(stop.signal);
  });
}
