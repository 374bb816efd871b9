import * as vscode from 'vscode';
import type { FoundModel, FoundModels, PlannedModel } from '../../../native/protocol/model.ts';
import { sizeText } from '../../models/download-disk.ts';
import type { DownloadQueue } from '../../models/download-queue.ts';
import { deleteModel, isDeletable } from '../../models/delete-model.ts';
import { importModel } from '../../models/import-model.ts';
import { originText } from '../../models/model-words.ts';
import { showMessage } from '../model-text/messages.ts';
import { nativeText } from '../model-text/native-text.ts';
import { withCancel } from './cancellable.ts';

interface MachineFilesParts {
  readonly queue: DownloadQueue;
  /** What is found on this machine. Starts the engine if it does not run. */
  readonly find: () => Promise<FoundModels>;
  /** Reads and checks a file's header. Rejects with a sentence if it is no model. */
  readonly plan: (file: string) => Promise<PlannedModel>;
  /** The model that is loaded, or is to be. */
  readonly model: () => string;
  readonly use: (model: string) => Promise<void>;
}

/** The commands for model files on this machine: import and delete. */
export class MachineFiles {
  readonly #parts: MachineFilesParts;

  constructor(parts: MachineFilesParts) {
    this.#parts = parts;
  }

  /** Asks for a .gguf file, and brings it into Moonwright's own folder. The file stays where it is. */
  async import(): Promise<void> {
    const [chosen] =
      (await vscode.window.showOpenDialog({
        canSelectMany: false,
        filters: { GGUF: ['gguf'] },
        title: vscode.l10n.t('Import a model file'),
        openLabel: vscode.l10n.t('Import'),
      })) ?? [];
    if (chosen === undefined) return;
    await this.#orTell(async () => {
      await this.#parts.plan(chosen.fsPath);
      const { folder } = await this.#parts.find();
      if (folder === undefined) return;
      const file = await withCancel(
        vscode.l10n.t('Moonwright: importing {0}', chosen.path.split('/').at(-1) ?? ''),
        (signal) => importModel(chosen.fsPath, folder, signal),
      );
      const use = vscode.l10n.t('Use it');
      const answer = await showMessage('info', vscode.l10n.t('The model is imported.'), use);
      if (answer === use) await this.#parts.use(file);
    });
  }

  /** Deletes the files of the model at `path`, else of one that it asks for, if they are Moonwright's. */
  async delete(path: string | undefined): Promise<void> {
    await this.#orTell(async () => {
      const { found } = await this.#parts.find();
      const meant = found.find((model) => model.path === path);
      if (meant !== undefined) return await this.#delete(meant);
      if (found.length === 0) {
        await showMessage('info', vscode.l10n.t('There is no model here besides the one that is included.'));
        return;
      }
      const items = found.map((model) => ({
        label: nativeText(model.name),
        description: `${sizeText(model.bytes)} · ${originText(model.origin)}`,
        detail: nativeText(model.path),
        model,
      }));
      const chosen = await vscode.window.showQuickPick(items, {
        title: vscode.l10n.t('Delete a model from this machine'),
        matchOnDetail: true,
      });
      if (chosen !== undefined) await this.#delete(chosen.model);
    });
  }

  async #delete(model: FoundModel): Promise<void> {
    if (!(await isDeletable(model, this.#parts.queue.states))) await showMessage('info', foreignText(model));
    else if (this.#isUsed(model)) {
      const text = vscode.l10n.t('{0} is the model in use; choose another one first.', model.name);
      await showMessage('info', text);
    } else await this.#confirm(model);
  }

  async #confirm(model: FoundModel): Promise<void> {
    const remove = vscode.l10n.t('Delete');
    const text = vscode.l10n.t('Delete {0} ({1}) from this machine?', model.name, sizeText(model.bytes));
    if ((await showMessage('warning', text, remove)) !== remove) return;
    await deleteModel(model, this.#parts.queue);
    await showMessage('info', vscode.l10n.t('{0} is deleted.', model.name));
  }

  #isUsed({ name, path }: FoundModel): boolean {
    const used = this.#parts.model();
    return used === path || used === name;
  }

  async #orTell(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      await showMessage('error', `Moonwright: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
}

/** Why the files of another program are not deleted, and what deletes them. */
function foreignText({ name, origin }: FoundModel): string {
  if (origin === 'ollama') return vscode.l10n.t('{0} belongs to Ollama. Delete it there: ollama rm {0}', name);
  if (origin === 'lm-studio') return vscode.l10n.t('{0} belongs to LM Studio. Delete it there, under My Models.', name);
  if (origin === 'hugging-face')
    return vscode.l10n.t('{0} was loaded by another program. Delete it with: hf cache rm', name);
  return vscode.l10n.t('{0} belongs to llama.cpp. Delete its file in the folder of that cache.', name);
}
