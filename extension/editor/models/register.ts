import * as vscode from 'vscode';
import type { LoadedModel, LoadOptions } from '../../../native/protocol/methods.ts';
import type { DaemonLink } from '../../daemon-link/daemon-link.ts';
import { shownModelName } from '../../daemon-link/model-name.ts';
import { isDeletable } from '../../models/delete-model.ts';
import type { MachineModel } from '../../models/machine-models.ts';
import { machineModels } from '../../models/machine-plans.ts';
import type { ModelSettings, ModelSettingsList } from '../../models/model-settings.ts';
import { inlineRoleText } from '../../remote-engine/inline-role.ts';
import { showMessage } from '../model-text/messages.ts';
import type { DownloadNode } from './download-rows.ts';
import { DownloadRows } from './download-rows.ts';
import type { ModelDownloads } from './downloads.ts';
import type { MachineFiles } from './machine-files.ts';
import { ModelView } from './model-view.ts';
import type { ModelNode } from './model-view.ts';
import type { Engines } from '../engines/register.ts';
import { SettingsMenu } from './settings-menu.ts';

/** The user's settings, as far as they are about models. */
interface ModelViewSettings {
  load(): LoadOptions;
  loadOptions(model: string, settings: ModelSettings): LoadOptions;
  models(): ModelSettingsList;
  ofModel(model: string): ModelSettings;
  setOfModel(model: string, settings: ModelSettings): Promise<void>;
  setModel(model: string): Promise<void>;
  setInlineModel(role: string): Promise<void>;
  onChange(names: readonly string[], listener: () => void): vscode.Disposable;
}

/** The view is in the window only while the user wants it: it would take room from the panel. */
const shownKey = 'moonwright:models';

/** Registers the view of models and its commands. Nothing is read before the view is opened. */
export function registerModels(
  link: DaemonLink,
  settings: ModelViewSettings,
  downloads: ModelDownloads,
  files: MachineFiles,
  engines: Pick<Engines, 'chooseInline'>,
): vscode.Disposable {
  const view = new ModelView(async () => {
    const client = await link.connection();
    return machineModels(
      {
        list: async () => (await client.request('model.list', {})).models,
        find: async () => (await client.request('model.find', {})).found,
        plan: (options) => client.request('model.plan', options),
        loadedPath: () => link.loaded?.path,
        isOwn: (model) => isDeletable(model, downloads.queue.states),
      },
      settings.load().model,
      (model) => settings.loadOptions(model, settings.ofModel(model)),
    );
  }, new DownloadRows(downloads.queue));
  const menu = new SettingsMenu({
    read: (model) => settings.ofModel(model),
    write: (model, changed) => settings.setOfModel(model, changed),
    options: (model, changed) => settings.loadOptions(model, changed),
    plan: async (options) => (await link.connection()).request('model.plan', options),
    hasGpu: () => link.devices.some(({ kind }) => kind !== 'cpu'),
    use: (model) => settings.setModel(model.name),
  });
  const command = <Argument>(name: string, run: (argument: Argument) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`moonwright.${name}`, async (argument: Argument) => {
      try {
        await run(argument);
      } catch (thrown) {
        await showMessage('error', `Moonwright: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    });
  const shown = (value: boolean): Thenable<unknown> => vscode.commands.executeCommand('setContext', shownKey, value);
  const told = new Set<string>();
  const tellProblems = (): void => {
    const news = settings.models().problems.filter((problem) => !told.has(problem));
    for (const problem of news) {
      told.add(problem);
      void showMessage('warning', `Moonwright: ${problem}`);
    }
  };
  tellProblems();
  return vscode.Disposable.from(
    view,
    command('manageModels', async () => {
      await shown(true);
      await vscode.commands.executeCommand('moonwright.models.focus');
    }),
    command('closeModels', () => shown(false)),
    command('refreshModels', () => view.refresh()),
    command('importModel', async () => {
      await files.import();
      view.refresh();
    }),
    command('deleteModel', async (row: ModelNode | undefined) => {
      await files.delete(row?.model.summary.path);
      view.refresh();
    }),
    command('useModel', ({ model }: ModelNode) => settings.setModel(model.summary.name)),
    command('useForInline', async ({ model, group }: ModelNode) => {
      if (group === 'inUse' && model.chosen) await settings.setInlineModel(inlineRoleText({ kind: 'local' }));
      else await tellOneModel(model, link.loaded, engines);
    }),
    command('modelSettings', ({ model }: ModelNode) => menu.show(model.summary)),
    command('fetchModel', ({ model }: ModelNode) => downloads.offer(model.summary)),
    command('openModelPage', async ({ model: { summary } }: ModelNode) => {
      if (summary.source !== undefined) await vscode.env.openExternal(vscode.Uri.parse(summary.source));
    }),
    command('pauseDownload', ({ state }: DownloadNode) => downloads.queue.pause(state.id)),
    command('resumeDownload', ({ state }: DownloadNode) => downloads.queue.resume(state.id)),
    command('cancelDownload', ({ state }: DownloadNode) => downloads.queue.cancel(state.id)),
    settings.onChange(['model', 'models', 'contextTokens', 'threads'], () => view.refresh()),
    settings.onChange(['models'], tellProblems),
    { dispose: link.onState(({ state }) => state === 'ready' && view.refresh()) },
  );
}

/** Why a model that is not loaded cannot answer inline chat beside the chat's, and what can. */
async function tellOneModel(
  { summary }: MachineModel,
  loaded: LoadedModel | undefined,
  { chooseInline }: Pick<Engines, 'chooseInline'>,
): Promise<void> {
  const others = vscode.l10n.t('Other models…');
  const reason = vscode.l10n.t(
    'One model is loaded at a time on this machine ({0} now), so {1} cannot answer inline chat beside it.',
    shownModelName(loaded?.name ?? vscode.l10n.t('none')),
    shownModelName(summary.name),
  );
  const text = `${reason} ${vscode.l10n.t('An engine elsewhere can answer the one or the other.')}`;
  if ((await showMessage('info', text, others)) === others) await chooseInline();
}
