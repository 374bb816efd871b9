import type * as vscode from 'vscode';
import type { ChosenEngine } from '../../remote-engine/remote-host.ts';

/** A row of the menu of engines. */
export interface EngineRow extends vscode.QuickPickItem {
  readonly run?: () => Promise<void>;
}

/** What an engine elsewhere is chosen for: the chat, or inline chat. */
export interface EngineTarget {
  /** The title of its menu. */
  readonly title: string;
  readonly chosen: ChosenEngine | undefined;
  /** The rows that choose no engine elsewhere. */
  nearer(): readonly EngineRow[];
  use(base: string, model: string): Promise<void>;
  /** Goes back to what is used without a choice. */
  reset(): Promise<void>;
}
