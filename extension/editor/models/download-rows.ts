import * as vscode from 'vscode';
import type { DownloadQueue } from '../../models/download-queue.ts';
import type { DownloadState } from '../../models/download-state.ts';
import { nativeText } from '../model-text/native-text.ts';
import { progressText } from './downloads.ts';

export interface DownloadNode {
  readonly kind: 'download';
  readonly state: DownloadState;
}

/** The rows of running and stopped downloads in the tree of models. */
export class DownloadRows {
  readonly #queue: Pick<DownloadQueue, 'states' | 'onChange'>;

  constructor(queue: Pick<DownloadQueue, 'states' | 'onChange'>) {
    this.#queue = queue;
  }

  onChange(listener: () => void): vscode.Disposable {
    return this.#queue.onChange(listener);
  }

  nodes(): DownloadNode[] {
    return this.#queue.states.filter(({ phase }) => phase !== 'done').map((state) => ({ kind: 'download', state }));
  }

  item({ state }: DownloadNode): vscode.TreeItem {
    const item = new vscode.TreeItem(nativeText(state.model));
    const stopped = state.phase === 'paused' || state.phase === 'failed';
    item.id = `download:${state.id}`;
    item.description = progressText(state);
    item.tooltip = state.error === undefined ? undefined : nativeText(state.error);
    item.contextValue = stopped ? 'download stopped' : 'download running';
    item.iconPath = iconOf(state);
    return item;
  }
}

function iconOf({ phase }: DownloadState): vscode.ThemeIcon {
  if (phase === 'failed') return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  if (phase === 'paused') return new vscode.ThemeIcon('debug-pause');
  return new vscode.ThemeIcon(phase === 'waiting' ? 'clock' : 'sync~spin');
}
