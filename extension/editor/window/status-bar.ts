import * as vscode from 'vscode';
import { shownModel } from '../../daemon-link/model-name.ts';
import type { ElsewhereMark, LinkState } from '../../daemon-link/model-host.ts';

const icons = { machine: 'vm', home: 'home', network: 'remote', internet: 'globe' } as const;

/** The state of model and engine in the status bar; a click runs the command. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  #state: LinkState;
  #speed: number | undefined;
  #served: string | undefined;
  #inline: LinkState | undefined;
  #offered: string | undefined;

  constructor(state: LinkState, command: string) {
    this.#item = vscode.window.createStatusBarItem('moonwright.model', vscode.StatusBarAlignment.Right, 100);
    this.#item.name = 'Moonwright';
    this.#item.command = command;
    this.#state = state;
    this.#draw();
    this.#item.show();
  }

  show(state: LinkState): void {
    this.#state = state;
    this.#draw();
  }

  /** Shows tokens per second; undefined while the model generates nothing. */
  speed(tokensPerSecond: number | undefined): void {
    if (tokensPerSecond === this.#speed) return;
    this.#speed = tokensPerSecond;
    this.#draw();
  }

  /** Shows the address at which other programs use the engine; undefined: none. */
  served(url: string | undefined): void {
    this.#served = url;
    this.#draw();
  }

  /** Shows what answers inline chat; undefined: the chat's model does. */
  inline(state: LinkState | undefined): void {
    this.#inline = state;
    this.#draw();
  }

  /** Shows the address at which other agents use the tools; undefined: none. */
  offered(url: string | undefined): void {
    this.#offered = url;
    this.#draw();
  }

  dispose(): void {
    this.#item.dispose();
  }

  #draw(): void {
    const { state, fraction, text } = this.#state;
    const { elsewhere } = this.#state;
    const mark = elsewhere === undefined ? 'chip' : icons[elsewhere.reach];
    const model = shownModel(this.#state);
    const lines: Record<LinkState['state'], { readonly label: string; readonly says: string }> = {
      stopped: { label: `$(${mark}) ${model}`, says: vscode.l10n.t('{0} is not loaded yet', model) },
      starting: { label: `$(loading~spin) ${model}`, says: vscode.l10n.t('The engine is starting') },
      loading: {
        label: `$(loading~spin) ${model} ${Math.round(fraction * 100)} %`,
        says: vscode.l10n.t('Loading {0}', model),
      },
      ready: {
        label:
          this.#speed === undefined
            ? `$(${mark}) ${model}`
            : `$(${mark}) ${vscode.l10n.t('{0} {1} tok/s', model, Math.round(this.#speed))}`,
        says: vscode.l10n.t('{0} is ready', model),
      },
      failed: { label: `$(error) ${model}`, says: text === '' ? vscode.l10n.t('The engine failed') : text },
    };
    const { label, says } = lines[state];
    this.#item.text = `${label}${inlineMark(this.#inline)}`;
    const tooltip = `Moonwright: ${says}`;
    const served = this.#served === undefined ? [] : [vscode.l10n.t('Other programs use it at {0}', this.#served)];
    const offered =
      this.#offered === undefined ? [] : [vscode.l10n.t('Other agents use its tools at {0}', this.#offered)];
    const inline = this.#inline === undefined ? [] : [inlineText(this.#inline)];
    this.#item.tooltip = [tooltip, placeText(elsewhere), ...inline, ...served, ...offered].join('\n');
    this.#item.accessibilityInformation = { label: tooltip, role: 'button' };
    this.#item.backgroundColor =
      state === 'failed' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  }
}

/** The permanent mark of an engine elsewhere that gets what is typed into inline chat. */
function inlineMark(state: LinkState | undefined): string {
  return state?.elsewhere === undefined ? '' : `  $(edit) $(${icons[state.elsewhere.reach]}) ${shownModel(state)}`;
}

function inlineText(state: LinkState): string {
  const model = shownModel(state);
  return state.elsewhere === undefined || state.elsewhere.reach === 'machine'
    ? vscode.l10n.t('Inline chat and commands for code: {0}', model)
    : vscode.l10n.t('Inline chat and commands for code: {0}. Your code is sent there.', model);
}

/** Where the engine runs: a server elsewhere, or the host of the extension, maybe not the machine of the window. */
function placeText(elsewhere: ElsewhereMark | undefined): string {
  if (elsewhere?.reach === 'machine')
    return vscode.l10n.t('Answered by {0}, a server on this machine.', elsewhere.host);
  if (elsewhere?.reach === 'home')
    return vscode.l10n.t('Answered at home, by the machine in front of you: your messages and code are sent there.');
  if (elsewhere !== undefined)
    return vscode.l10n.t('Answered by {0}: your messages and code are sent there.', elsewhere.host);
  const { remoteName } = vscode.env;
  if (remoteName === undefined) return vscode.l10n.t('It runs on this machine');
  return vscode.l10n.t('It runs on the remote machine ({0})', remoteName);
}
