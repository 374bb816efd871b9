import * as vscode from 'vscode';
import { shownModelName } from '../../daemon-link/model-name.ts';
import type { LinkState } from '../../daemon-link/model-host.ts';

/** The state of model and engine in the status bar; a click runs the command. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  #state: LinkState;
  #speed: number | undefined;
  #served: string | undefined;

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

  dispose(): void {
    this.#item.dispose();
  }

  #draw(): void {
    const { state, fraction, text } = this.#state;
    const model = shownModelName(this.#state.model);
    const lines: Record<LinkState['state'], { readonly label: string; readonly says: string }> = {
      stopped: { label: `$(chip) ${model}`, says: vscode.l10n.t('{0} is not loaded yet', model) },
      starting: { label: `$(loading~spin) ${model}`, says: vscode.l10n.t('The engine is starting') },
      loading: {
        label: `$(loading~spin) ${model} ${Math.round(fraction * 100)} %`,
        says: vscode.l10n.t('Loading {0}', model),
      },
      ready: {
        label:
          this.#speed === undefined
            ? `$(chip) ${model}`
            : vscode.l10n.t('$(chip) {0} {1} tok/s', model, Math.round(this.#speed)),
        says: vscode.l10n.t('{0} is ready', model),
      },
      failed: { label: `$(error) ${model}`, says: text === '' ? vscode.l10n.t('The engine failed') : text },
    };
    const { label, says } = lines[state];
    this.#item.text = label;
    const tooltip = `Moonwright: ${says}`;
    const served = this.#served === undefined ? [] : [vscode.l10n.t('Other programs use it at {0}', this.#served)];
    this.#item.tooltip = [tooltip, placeText(), ...served].join('\n');
    this.#item.accessibilityInformation = { label: tooltip, role: 'button' };
    this.#item.backgroundColor =
      state === 'failed' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  }
}

/** Where the engine runs: the extension's host and the window may be on two machines. */
function placeText(): string {
  const { remoteName } = vscode.env;
  if (remoteName === undefined) return vscode.l10n.t('It runs on this machine');
  return vscode.l10n.t('It runs on the remote machine ({0})', remoteName);
}
