import * as vscode from 'vscode';
import { toCodedError } from '../../../native/protocol/coded-error.ts';
import type { ServedPort } from '../../daemon-link/served-port.ts';
import { showMessage } from '../model-text/messages.ts';
import type { Settings } from '../window/settings.ts';
import { askPort, portProposed } from './port-number.ts';
import type { PortToken } from './port-token.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** The switch that lets other programs on this machine use the loaded model. */
export class ServeMenu {
  readonly #served: ServedPort;
  readonly #settings: Settings;
  readonly #token: PortToken;

  constructor(served: ServedPort, settings: Settings, token: PortToken) {
    this.#served = served;
    this.#settings = settings;
    this.#token = token;
  }

  readonly show = async (): Promise<void> => {
    try {
      await (this.#settings.servePort === 0 ? this.#choosePort() : this.#showState());
    } catch (thrown) {
      await this.#report(thrown);
    }
  };

  /** Says why the port is not open, and offers another one. */
  async #report(thrown: unknown): Promise<void> {
    const error = toCodedError(thrown);
    if (error.code !== 'option.invalid') {
      await showMessage('error', `Moonwright: ${error.message}`);
      return;
    }
    const another = vscode.l10n.t('Choose Another Port');
    const text = vscode.l10n.t('Port {0} is taken by another program.', this.#settings.servePort);
    if ((await showMessage('error', text, another)) === another) await this.#choosePort().catch((e) => this.#report(e));
  }

  async #choosePort(): Promise<void> {
    const port = await askPort(
      vscode.l10n.t('Serve on This Machine'),
      vscode.l10n.t('Other programs on this machine can then use the loaded model, with a token. Which port?'),
      this.#settings.servePort === 0 ? portProposed : this.#settings.servePort,
    );
    if (port === undefined) return;
    await this.#settings.setServePort(port);
    await this.#served.apply();
    const { url } = await this.#served.state();
    const copyAddress = vscode.l10n.t('Copy Address');
    const copyToken = vscode.l10n.t('Copy Token');
    const pressed = await showMessage(
      'info',
      vscode.l10n.t('Other programs can use the model at {0}, with the token.', url ?? ''),
      copyAddress,
      copyToken,
    );
    if (pressed === copyAddress) await copy(openAiAddress(url ?? ''));
    if (pressed === copyToken) await copy(await this.#token.read());
  }

  async #showState(): Promise<void> {
    await this.#served.apply();
    const { url = '', programs } = await this.#served.state();
    const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const items: Choice[] = [
      {
        label: `$(copy) ${vscode.l10n.t('Copy the address for clients of OpenAI')}`,
        description: openAiAddress(url),
        run: () => copy(openAiAddress(url)),
      },
      {
        label: `$(copy) ${vscode.l10n.t('Copy the address for clients of Anthropic and Ollama')}`,
        description: url,
        run: () => copy(url),
      },
      { label: `$(key) ${vscode.l10n.t('Copy the token')}`, run: async () => copy(await this.#token.read()) },
      { label: `$(refresh) ${vscode.l10n.t('Make a new token')}`, run: () => this.#renewToken() },
      { label: `$(plug) ${vscode.l10n.t('Choose another port…')}`, run: () => this.#choosePort() },
      { label: `$(debug-stop) ${vscode.l10n.t('Stop serving')}`, run: () => this.#stop() },
      separator(vscode.l10n.t('Programs that have used it')),
      ...programs.map(({ name, requests, running }) => ({
        label: `$(vm) ${name}`,
        description: vscode.l10n.t('{0} requests, {1} running', requests, running),
      })),
      ...(programs.length === 0 ? [{ label: vscode.l10n.t('None yet') }] : []),
    ];
    const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Serving on {0}', url) });
    await chosen?.run?.();
  }

  async #renewToken(): Promise<void> {
    await this.#token.renew();
    await this.#served.apply();
    await copy(await this.#token.read());
  }

  async #stop(): Promise<void> {
    await this.#settings.setServePort(0);
    await this.#served.apply();
  }
}

function openAiAddress(url: string): string {
  return `${url}/v1`;
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied'), 2000);
}
