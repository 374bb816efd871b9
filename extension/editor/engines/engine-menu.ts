import * as vscode from 'vscode';
import { CodedError, toCodedError } from '../../../native/protocol/coded-error.ts';
import { readAddress, type EngineAddress } from '../../remote-engine/engine-address.ts';
import { EngineClient } from '../../remote-engine/engine-client.ts';
import type { SendRequest } from '../../remote-engine/http-request.ts';
import { localServers } from '../../remote-engine/local-servers.ts';
import { contextOf, servedModels, type ServedModel } from '../../remote-engine/served-models.ts';
import { showMessage } from '../model-text/messages.ts';
import { nativeText } from '../model-text/native-text.ts';
import type { Settings } from '../window/settings.ts';
import { asking } from './asking.ts';
import { askConsent } from './consent.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { EngineRow, EngineTarget } from './engine-target.ts';
import { askHomeEngine } from './home-engine.ts';

interface Item extends EngineRow {
  /** The engine that its button forgets. */
  readonly base?: string;
}

/** The window of a small model and of the largest there is. */
const contextLimits = { least: 1024, most: 16_777_216 };

/** Chooses an engine elsewhere: finds or asks for a server, its key, its model and the user's consent. */
export class EngineMenu {
  readonly #settings: Settings;
  readonly #memory: EngineMemory;
  readonly #target: EngineTarget;
  readonly #send: SendRequest;

  constructor(settings: Settings, memory: EngineMemory, target: EngineTarget, send: SendRequest) {
    this.#settings = settings;
    this.#memory = memory;
    this.#target = target;
    this.#send = send;
  }

  readonly show = async (): Promise<void> => {
    if (this.#settings.refusesElsewhere) return this.#tellRefused();
    const pick = vscode.window.createQuickPick<Item>();
    const closed = new AbortController();
    pick.title = this.#target.title;
    pick.placeholder = vscode.l10n.t('Looking for servers on this machine…');
    pick.matchOnDescription = true;
    pick.busy = true;
    pick.items = this.#known();
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      pick.hide();
      void item?.run?.().catch((thrown: unknown) => this.#report(thrown));
    });
    pick.onDidTriggerItemButton(({ item }) => {
      pick.hide();
      void this.#forget(item.base).catch((thrown: unknown) => this.#report(thrown));
    });
    pick.onDidHide(() => {
      closed.abort();
      pick.dispose();
    });
    pick.show();
    const found = await localServers(this.#send, closed.signal);
    if (closed.signal.aborted) return;
    const items = found
      .filter(({ address }) => this.#memory.find(address.base) === undefined)
      .map(({ address, usual, models }): Item => ({
        label: `$(vm-active) ${address.host}`,
        description: nativeText([usual, ...models].slice(0, 4).join(' · ')),
        run: () => this.#use(address),
      }));
    pick.items = [...this.#known(), ...separated(vscode.l10n.t('Found on this machine'), items)];
    pick.placeholder = vscode.l10n.t('Choose a server, or enter its address');
    pick.busy = false;
  };

  #known(): Item[] {
    const chosen = this.#target.chosen?.address.base;
    const known = this.#memory.known.flatMap(({ base, model }): Item[] => {
      const address = this.#memory.address(base);
      if (address === undefined) return [];
      const forget = {
        iconPath: new vscode.ThemeIcon('trash'),
        tooltip: vscode.l10n.t('Forget this engine and its key'),
      };
      const label = `$(${base === chosen ? 'check' : 'vm'}) ${address.host}`;
      return [{ label, description: nativeText(model), base, buttons: [forget], run: () => this.#use(address) }];
    });
    const enter: Item = {
      label: `$(add) ${vscode.l10n.t('Enter an address…')}`,
      run: () => this.#enter(),
    };
    const home: Item = {
      label: `$(home) ${vscode.l10n.t('The engine on the machine in front of you…')}`,
      run: async () => {
        const address = await askHomeEngine();
        if (address !== undefined) await this.#use(address);
      },
    };
    const atHome = vscode.env.remoteName === undefined ? [] : [home];
    return [...this.#target.nearer(), ...atHome, enter, ...separated(vscode.l10n.t('Used before'), known)];
  }

  async #enter(): Promise<void> {
    const typed = await vscode.window.showInputBox({
      title: this.#target.title,
      prompt: vscode.l10n.t('Address of a server with the OpenAI API: vLLM, SGLang, llama-server, Ollama, LM Studio …'),
      placeHolder: 'http://localhost:8000/v1',
      ignoreFocusOut: true,
      validateInput: (text) => problemWith(text),
    });
    if (typed !== undefined) await this.#use(readAddress(typed));
  }

  /** Asks the engine for its models, and the user for what is not known. */
  async #use(address: EngineAddress): Promise<void> {
    const served = await this.#models(address);
    if (served === undefined) return;
    const model = await pickModel(address, served);
    if (model === undefined) return;
    const context = await this.#context(address, model);
    if (context === undefined) return;
    // Who agreed to a server at this port has not agreed to one at home, and the other way round.
    if (this.#memory.find(address.base) === undefined || this.#memory.address(address.base)?.reach !== address.reach) {
      const consent = await askConsent(address, model.id);
      if (consent === 'refusedHere') await this.#settings.refuseElsewhere();
      if (consent !== 'agreed') return;
    }
    await this.#memory.remember(address, model.id, context.told);
    await this.#target.use(address.base, model.id);
  }

  /** Undefined if the user gave up. */
  async #models(address: EngineAddress): Promise<readonly ServedModel[] | undefined> {
    const served = await this.#asked(address, servedModels);
    if (served !== undefined && served.answer.length === 0)
      throw new CodedError('model.missing', vscode.l10n.t('{0} serves no model now.', address.host));
    return served?.answer;
  }

  /** Asks the engine, and the user for a key as long as it wants another. Undefined if the user gave up. */
  async #asked<T>(
    address: EngineAddress,
    ask: (client: EngineClient, signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly answer: T } | undefined> {
    for (;;) {
      const known = await this.#memory.key(address.base);
      const client = new EngineClient(address, known, this.#send);
      try {
        return { answer: await asking(address.host, (signal) => ask(client, signal)) };
      } catch (thrown) {
        const { code } = toCodedError(thrown);
        if (code === 'request.cancelled') return undefined;
        if (code !== 'auth.denied') throw thrown;
      }
      const kept = vscode.l10n.t('It is kept in the secret storage of the editor.');
      const key = await vscode.window.showInputBox({
        title:
          address.reach === 'home'
            ? vscode.l10n.t('Token of the engine at home')
            : vscode.l10n.t('Key for {0}', address.host),
        prompt: known === undefined ? kept : vscode.l10n.t('{0} refused the last one. Enter another.', address.host),
        password: true,
        ignoreFocusOut: true,
      });
      if (key === undefined || key.trim() === '') return undefined;
      await this.#memory.setKey(address.base, key.trim());
    }
  }

  /** The window as the user told it, where the engine does not; undefined if they gave up. */
  async #context(address: EngineAddress, model: ServedModel): Promise<{ readonly told?: number } | undefined> {
    const known = await this.#asked(address, (client, signal) => contextOf(client, model, signal));
    if (known === undefined) return undefined;
    if (known.answer !== undefined) return {};
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('How many tokens can {0} hold?', nativeText(model.id)),
      prompt: vscode.l10n.t('{0} does not tell it. A number that is too large makes requests fail.', address.host),
      value: String(this.#memory.find(address.base)?.contexts[model.id] ?? ''),
      ignoreFocusOut: true,
      validateInput: (text) => (tokensOf(text) === undefined ? vscode.l10n.t('Enter a number such as 32768.') : ''),
    });
    const told = typed === undefined ? undefined : tokensOf(typed);
    return told === undefined ? undefined : { told };
  }

  async #forget(base: string | undefined): Promise<void> {
    if (base === undefined) return;
    await this.#memory.forget(base);
    if (this.#target.chosen?.address.base === base) await this.#target.reset();
  }

  async #tellRefused(): Promise<void> {
    const open = vscode.l10n.t('Open settings');
    const text = vscode.l10n.t('This workspace uses no engine elsewhere.');
    if ((await showMessage('info', text, open)) === open)
      await vscode.commands.executeCommand('workbench.action.openSettings', '@id:moonwright.engine.allowElsewhere');
  }

  #report(thrown: unknown): void {
    void showMessage('error', `Moonwright: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

async function pickModel(address: EngineAddress, served: readonly ServedModel[]): Promise<ServedModel | undefined> {
  if (served.length === 1) return served[0];
  const picked = await vscode.window.showQuickPick(
    served.map((model) => ({
      label: nativeText(model.id),
      description:
        model.contextTokens === undefined ? '' : vscode.l10n.t('{0}k context', Math.round(model.contextTokens / 1024)),
      model,
    })),
    { title: vscode.l10n.t('Models of {0}', address.host), placeHolder: vscode.l10n.t('Choose a model') },
  );
  return picked?.model;
}

function separated(title: string, items: readonly Item[]): Item[] {
  return items.length === 0 ? [] : [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

function problemWith(typed: string): string {
  try {
    readAddress(typed);
    return '';
  } catch (thrown) {
    return toCodedError(thrown).message;
  }
}

function tokensOf(text: string): number | undefined {
  const value = Number(text.trim().replace(/k$/i, '')) * (/k$/i.test(text.trim()) ? 1024 : 1);
  return Number.isInteger(value) && value >= contextLimits.least && value <= contextLimits.most ? value : undefined;
}
