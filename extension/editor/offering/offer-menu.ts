import * as vscode from 'vscode';
import { portConfiguration, programConfiguration, type ProgramConfiguration } from '../../mcp/client-configuration.ts';
import type { OfferState, ToolOffer } from '../../mcp/tool-offer.ts';
import { nativeText } from '../model-text/native-text.ts';
import type { PortToken } from '../serving/port-token.ts';
import type { Settings } from '../window/settings.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** *Offer Tools to Other Agents…*: the switch, and what a client of the Model Context Protocol has to be told. */
export class OfferMenu {
  readonly #offer: ToolOffer;
  readonly #settings: Settings;
  readonly #token: PortToken;
  readonly #program: () => ProgramConfiguration;

  constructor(offer: ToolOffer, settings: Settings, token: PortToken, program: () => ProgramConfiguration) {
    this.#offer = offer;
    this.#settings = settings;
    this.#token = token;
    this.#program = program;
  }

  readonly show = async (): Promise<void> => {
    await this.#offer.apply();
    const { state } = this.#offer;
    const title =
      state === undefined
        ? vscode.l10n.t('Offer tools to other agents')
        : vscode.l10n.t('Offering tools at {0}', state.url);
    const items = state === undefined ? this.#whenOff() : this.#whenOn(state);
    const chosen = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
    await chosen?.run?.();
  };

  #whenOff(): Choice[] {
    return [
      {
        label: `$(broadcast) ${vscode.l10n.t('Switch on')}`,
        detail: vscode.l10n.t(
          'Agents on this machine can run tests, find symbols and read problems here. You are asked before tests run.',
        ),
        run: () => this.#switch(true),
      },
    ];
  }

  #whenOn({ url, clients }: OfferState): Choice[] {
    const label = vscode.l10n.t('Agents that are connected');
    const copyHttp = async (): Promise<void> => copy(portConfiguration(url, await this.#token.read()));
    return [
      {
        label: `$(copy) ${vscode.l10n.t('Copy the configuration for agents that start a program')}`,
        detail: vscode.l10n.t('For every window: an agent gets the tools of the window in which its folder is open.'),
        run: () => copy(programConfiguration(this.#program())),
      },
      {
        label: `$(copy) ${vscode.l10n.t('Copy the configuration for agents that connect by HTTP')}`,
        detail: vscode.l10n.t('For this window only. It holds the token.'),
        run: copyHttp,
      },
      { label: `$(copy) ${vscode.l10n.t('Copy the address')}`, detail: url, run: () => copy(url) },
      { label: `$(refresh) ${vscode.l10n.t('Make a new token')}`, run: () => this.#renewToken() },
      { label: `$(debug-stop) ${vscode.l10n.t('Stop offering tools')}`, run: () => this.#switch(false) },
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...clients.map((name) => ({ label: `$(vm) ${nativeText(name)}` })),
      ...(clients.length === 0 ? [{ label: vscode.l10n.t('None yet') }] : []),
    ];
  }

  async #switch(on: boolean): Promise<void> {
    await this.#settings.setOffersTools(on);
    await this.#offer.apply();
    if (on) await this.show();
  }

  async #renewToken(): Promise<void> {
    await this.#token.renew();
    await this.#offer.apply();
    await this.show();
  }
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied'), 2000);
}
