import type * as vscode from 'vscode';
import { EngineSwitch, type LocalHost } from '../../remote-engine/engine-switch.ts';
import { sendRequest } from '../../remote-engine/http-request.ts';
import type { Settings } from '../window/settings.ts';
import { EngineChoice } from './engine-choice.ts';
import { EngineMemory } from './engine-memory.ts';
import { EngineMenu } from './engine-menu.ts';

export interface Engines extends vscode.Disposable {
  /** The engine that is in use, for all that asks a model. */
  readonly current: EngineSwitch;
  /** Opens the menu of engines elsewhere. */
  readonly choose: () => Promise<void>;
}

/** Uses the engine that the user has chosen: `local`, or one elsewhere. */
export function registerEngines(
  local: LocalHost,
  settings: Settings,
  { globalState, secrets }: Pick<vscode.ExtensionContext, 'globalState' | 'secrets'>,
): Engines {
  const memory = new EngineMemory(globalState, secrets);
  const current = new EngineSwitch(local);
  const choice = new EngineChoice(settings, memory, sendRequest, current);
  const menu = new EngineMenu(settings, memory, choice, sendRequest);
  choice.apply();
  const watching = settings.onChange(['engine'], () => choice.apply());
  return { current, choose: menu.show, dispose: () => watching.dispose() };
}
