import * as vscode from 'vscode';
import type { FoundModel, ModelRole, ModelSummary, SizeClass } from '../../../native/protocol/model.ts';
import type { DaemonLink } from '../../daemon-link/daemon-link.ts';
import type { LinkState } from '../../daemon-link/model-host.ts';
import { shownModel } from '../../daemon-link/model-name.ts';
import { loadName } from '../../models/machine-plans.ts';
import { originText } from '../../models/model-words.ts';
import { nativeText } from '../model-text/native-text.ts';
import { showMessage } from '../model-text/messages.ts';
import type { ModelDownloads } from '../models/downloads.ts';
import type { Settings } from './settings.ts';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => Promise<void>;
}

/** The menus of engines elsewhere, and of what answers inline chat. */
export interface EngineMenus {
  readonly choose: () => Promise<void>;
  readonly chooseInline: () => Promise<void>;
  readonly inline: { readonly current: LinkState };
}

/** The menu of the status bar: models, restart and log of the engine. */
export class ModelMenu {
  readonly #link: DaemonLink;
  readonly #settings: Settings;
  readonly #logFile: vscode.Uri;
  readonly #downloads: ModelDownloads;
  readonly #engines: EngineMenus;

  constructor(
    link: DaemonLink,
    settings: Settings,
    logFile: vscode.Uri,
    downloads: ModelDownloads,
    engines: EngineMenus,
  ) {
    this.#link = link;
    this.#settings = settings;
    this.#logFile = logFile;
    this.#downloads = downloads;
    this.#engines = engines;
  }

  readonly show = async (): Promise<void> => {
    const pick = vscode.window.createQuickPick<Choice>();
    pick.title = 'Moonwright';
    pick.placeholder = vscode.l10n.t('Choose a model');
    pick.matchOnDescription = true;
    pick.busy = true;
    pick.items = this.#actions();
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      pick.hide();
      void chosen?.run?.().catch((thrown: unknown) => this.#report(thrown));
    });
    pick.onDidHide(() => pick.dispose());
    pick.show();
    try {
      const client = await this.#link.client();
      const { models } = await client.request('model.list', {});
      const { found } = await client.request('model.find', {});
      const known = new Set(models.map(({ path }) => path));
      const others = found.filter(({ path }) => !known.has(path)).map((model) => this.#foundChoice(model));
      pick.items = [...models.map((model) => this.#choice(model)), ...others, ...this.#actions()];
    } catch (thrown) {
      pick.placeholder = thrown instanceof Error ? thrown.message : String(thrown);
    }
    pick.busy = false;
  };

  readonly restart = async (): Promise<void> => {
    try {
      await this.#link.restart();
    } catch (thrown) {
      this.#report(thrown);
    }
  };

  readonly openLog = async (): Promise<void> => {
    await vscode.window
      .showTextDocument(this.#logFile, { preview: true })
      .then(undefined, (thrown: unknown) => this.#report(thrown));
  };

  #choice(model: ModelSummary): Choice {
    const here = model.path !== undefined;
    const facts = [
      here ? undefined : vscode.l10n.t('not on this machine'),
      roleText(model.role),
      sizeText(model.sizeBytes),
      classText(model.sizeClass),
      contextText(model.contextTokens),
      model.licence,
    ].filter((fact) => fact !== undefined);
    const place = here ? '$(chip)' : '$(cloud)';
    return {
      label: `${model.loaded ? '$(check)' : place} ${model.name}`,
      description: facts.join(' · '),
      detail: model.description,
      run: () => this.#choose(model),
    };
  }

  /** A file that the catalogue does not know. */
  #foundChoice(model: FoundModel): Choice {
    const { name, path, bytes, origin } = model;
    return {
      label: `$(chip) ${nativeText(name)}`,
      description: [sizeText(bytes), originText(origin)].join(' · '),
      detail: nativeText(path),
      run: () => this.#settings.setModel(loadName(model)),
    };
  }

  async #choose(model: ModelSummary): Promise<void> {
    if (model.role !== 'agent') {
      const text = vscode.l10n.t(
        '{0} holds no conversation. Choose another model; the engine serves this one over HTTP.',
        model.name,
      );
      await showMessage('info', text);
    } else if (model.path === undefined) await this.#explain(model);
    else await this.#settings.setModel(model.name);
  }

  #actions(): Choice[] {
    return [
      { label: vscode.l10n.t('Engine'), kind: vscode.QuickPickItemKind.Separator },
      { label: `$(file) ${vscode.l10n.t('Choose a model file…')}`, run: () => this.#chooseFile() },
      { label: `$(cloud-download) ${vscode.l10n.t('Download a model…')}`, run: this.#downloads.choose },
      { label: `$(remote) ${vscode.l10n.t('Use an engine elsewhere…')}`, run: this.#engines.choose },
      {
        label: `$(edit) ${vscode.l10n.t('Model of inline chat…')}`,
        description: nativeText(shownModel(this.#engines.inline.current)),
        run: this.#engines.chooseInline,
      },
      { label: `$(list-tree) ${vscode.l10n.t('All models, with what they need…')}`, run: this.#showAll },
      { label: `$(refresh) ${vscode.l10n.t('Restart the engine')}`, run: this.restart },
      { label: `$(output) ${vscode.l10n.t('Open the log')}`, run: this.openLog },
    ];
  }

  readonly #showAll = async (): Promise<void> => {
    await vscode.commands.executeCommand('moonwright.manageModels');
  };

  async #chooseFile(): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        canSelectMany: false,
        filters: { GGUF: ['gguf'] },
        title: vscode.l10n.t('Choose a model file…'),
      })) ?? [];
    if (file !== undefined) await this.#settings.setModel(file.fsPath);
  }

  /** Offers to download a model that is not on this machine, or to open its page. */
  async #explain(model: ModelSummary): Promise<void> {
    const download = vscode.l10n.t('Download…');
    const open = vscode.l10n.t('Open model page');
    const text =
      model.source === undefined
        ? vscode.l10n.t('{0} is not on this machine, and its makers publish no .gguf file of it.', model.name)
        : vscode.l10n.t('{0} is not on this machine.', model.name);
    const answer = await showMessage('info', text, ...(model.source === undefined ? [] : [download, open]));
    if (answer === download) await this.#downloads.offer(model);
    if (answer === open && model.source !== undefined) await vscode.env.openExternal(vscode.Uri.parse(model.source));
  }

  #report(thrown: unknown): void {
    void showMessage('error', `Moonwright: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function roleText(role: ModelRole): string | undefined {
  if (role === 'completion') return vscode.l10n.t('only completes code');
  return role === 'embedding' ? vscode.l10n.t('only makes embeddings') : undefined;
}

const memoryOf: Readonly<Record<Exclude<SizeClass, 'server'>, string>> = {
  '8': '\u2264 8',
  '16': '12\u201316',
  '32': '24\u201332',
  '64': '48\u201364',
  '128': '96\u2013128',
};

function classText(sizeClass: SizeClass): string {
  return sizeClass === 'server' ? vscode.l10n.t('for servers') : vscode.l10n.t('for {0} GB', memoryOf[sizeClass]);
}

function contextText(tokens: number | undefined): string | undefined {
  return tokens === undefined ? undefined : vscode.l10n.t('{0}k context', Math.round(tokens / 1024));
}

function sizeText(bytes: number | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
