import { hostname } from 'node:os';
import * as vscode from 'vscode';
import type { LinkState, ModelHost } from '../../daemon-link/model-host.ts';
import { EngineSwitch } from '../../remote-engine/engine-switch.ts';
import { sendRequest } from '../../remote-engine/http-request.ts';
import type { Settings } from '../window/settings.ts';
import { EngineChoice } from './engine-choice.ts';
import { engineHosts } from './engine-hosts.ts';
import { EngineMemory } from './engine-memory.ts';
import { EngineMenu } from './engine-menu.ts';
import { InlineChoice } from './inline-choice.ts';

export interface Engines extends vscode.Disposable {
  /** The engine that answers the chat. */
  readonly current: EngineSwitch;
  /** What answers inline chat and the commands for code: the chat's model unless another is chosen. */
  readonly inline: EngineSwitch;
  /** The state of what answers inline chat, where it is not the chat's model. */
  readonly inlineOwn: () => LinkState | undefined;
  /** Opens the menu of engines elsewhere. */
  readonly choose: () => Promise<void>;
  /** Opens the menu of models for inline chat. */
  readonly chooseInline: () => Promise<void>;
}

/** Uses the engines that the user has chosen: `local`, or ones elsewhere. */
export function registerEngines(
  local: ModelHost,
  settings: Settings,
  { globalState, secrets }: Pick<vscode.ExtensionContext, 'globalState' | 'secrets'>,
): Engines {
  const place = vscode.env.remoteName === undefined ? '' : hostname();
  const memory = new EngineMemory(globalState, secrets, place);
  const hosts = engineHosts(settings, memory, sendRequest);
  const current = new EngineSwitch(local);
  const inline = new EngineSwitch(current);
  const choice = new EngineChoice(settings, memory, hosts, current);
  const inlineChoice = new InlineChoice(settings, memory, hosts, { local, chat: current, inline });
  choice.apply();
  inlineChoice.apply();
  const watching = settings.onChange(['engine', 'inlineModel'], () => {
    choice.apply();
    inlineChoice.apply();
  });
  const inlineMenu = new EngineMenu(settings, memory, inlineChoice, sendRequest);
  return {
    current,
    inline,
    inlineOwn: () => inlineChoice.own,
    choose: new EngineMenu(settings, memory, choice, sendRequest).show,
    chooseInline: () => inlineChoice.choose(inlineMenu.show),
    dispose: () => watching.dispose(),
  };
}
