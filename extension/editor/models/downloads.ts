import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelSummary, PlannedModel } from '../../../native/protocol/model.ts';
import { sizeText } from '../../models/download-disk.ts';
import { DownloadFolder, hubCacheFolder } from '../../models/download-folder.ts';
import { DownloadQueue } from '../../models/download-queue.ts';
import type { DownloadRequest } from '../../models/download-request.ts';
import type { DownloadState } from '../../models/download-state.ts';
import { HubAddress } from '../../models/hub-address.ts';
import { HubClient } from '../../models/hub-client.ts';
import { listModelFiles } from '../../models/hub-files.ts';
import { withHeader } from '../../models/hub-header.ts';
import { proposed, quantisationsOf } from '../../models/hub-quantisations.ts';
import { showMessage } from '../model-text/messages.ts';
import { nativeText } from '../model-text/native-text.ts';
import { withCancel } from './cancellable.ts';
import { confirmDownload, planText } from './download-plan.ts';
import { catalogueItems, chooseQuantisation, chooseRepository, repositoryOf, type HubItem } from './hub-search.ts';
import type { HubToken } from './hub-token.ts';

/** The settings that downloads need. */
interface DownloadSettings {
  readonly hubEndpoint: string;
  setModel(model: string): Promise<void>;
}

interface DownloadParts {
  readonly settings: DownloadSettings;
  readonly token: HubToken;
  /** The models of the catalogue. Starts the engine if it does not run. */
  readonly models: () => Promise<readonly ModelSummary[]>;
  /** Plans a model by its catalogue name, or by its file's header. */
  readonly plan: (model: string) => Promise<PlannedModel>;
  /** A folder for the records of downloads, the same in all windows. */
  readonly records: string;
  readonly failed: (thrown: unknown) => void;
}

/** Downloads of models: asks what to load, and tells how it ends. */
export class ModelDownloads implements vscode.Disposable {
  readonly queue: DownloadQueue;
  readonly #parts: DownloadParts;
  readonly #hub: HubClient;
  /** Downloads that have not ended, as they were last seen: who began one is told of its end. */
  readonly #open = new Map<string, DownloadState>();

  constructor(parts: DownloadParts) {
    this.#parts = parts;
    this.#hub = new HubClient({
      fetch: (url, init) => fetch(url, init),
      address: () => new HubAddress(parts.settings.hubEndpoint),
      token: () => parts.token.get(),
    });
    this.queue = new DownloadQueue({
      hub: this.#hub,
      folder: new DownloadFolder(hubCacheFolder(process.env)),
      records: parts.records,
      failed: parts.failed,
    });
    this.queue.onChange(() => this.#tellEnds());
    this.queue.open().catch(parts.failed);
  }

  /** Asks for a model and its size, then adds it to the queue. */
  readonly choose = async (): Promise<void> => {
    try {
      const models = await this.#parts.models();
      const choice = await chooseRepository(this.#hub, {
        items: () => [...this.#runningItems(), ...catalogueItems(models)],
        onChange: (listener) => this.queue.onChange(listener),
      });
      if (choice?.kind === 'other') await choice.run();
      else if (choice !== undefined) await this.#add(choice.repository, choice.model);
    } catch (thrown) {
      await this.#report(thrown);
    }
  };

  /** Asks for the size of a model of the catalogue, then adds it to the queue. */
  async offer(model: ModelSummary): Promise<void> {
    if (model.source === undefined) return;
    try {
      await this.#add(repositoryOf(model.source), model.name);
    } catch (thrown) {
      await this.#report(thrown);
    }
  }

  dispose(): void {
    this.queue.dispose().catch(this.#parts.failed);
  }

  async #add(repository: string, name: string | undefined): Promise<void> {
    const listed = await withCancel(vscode.l10n.t('Moonwright: asking the hub for {0}', repository), (signal) =>
      listModelFiles(this.#hub, repository, signal),
    );
    const choices = quantisationsOf(listed.files);
    const first = proposed(choices, await this.#advised(name));
    for (let decided = false; !decided;) {
      const quantisation = await chooseQuantisation(repository, choices, first);
      if (quantisation === undefined) return;
      const request: DownloadRequest = {
        repository,
        commit: listed.commit,
        quantisation: quantisation.name,
        model: `${name ?? repository} ${quantisation.name}`,
        files: [...quantisation.files],
      };
      const answer = await confirmDownload(request, await this.#plan(request));
      if (answer === 'download') await this.queue.add(request);
      decided = answer !== 'another';
    }
  }

  /** The quantisation of a model of the catalogue that suits this machine. */
  async #advised(name: string | undefined): Promise<readonly string[]> {
    if (name === undefined) return [];
    const { quantisation } = await this.#parts.plan(name);
    return quantisation === undefined ? [] : [quantisation];
  }

  /** What the model would be on this machine, in a sentence; or why that cannot be told. */
  async #plan(request: DownloadRequest): Promise<string> {
    const folder = path.join(this.#parts.records, 'plan', randomUUID());
    try {
      return await withCancel(vscode.l10n.t('Moonwright: reading what {0} needs', request.model), (signal) =>
        withHeader(this.#hub, request, folder, async (file) => planText(await this.#parts.plan(file)), signal),
      );
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  /** The downloads that have not ended well, with what can be done about them. */
  #runningItems(): HubItem[] {
    const states = this.queue.states.filter(({ phase }) => phase !== 'done');
    const items: HubItem[] = states.map((state) => ({
      label: `$(sync) ${nativeText(state.model)}`,
      description: progressText(state),
      ...(state.error !== undefined && { detail: nativeText(state.error) }),
      choice: { kind: 'other', run: () => this.#change(state) },
    }));
    if (items.length === 0) return [];
    const separator = (label: string): HubItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
    return [separator(vscode.l10n.t('Downloads')), ...items, separator(vscode.l10n.t('Models'))];
  }

  async #change({ id, model, phase }: DownloadState): Promise<void> {
    const stopped = phase === 'paused' || phase === 'failed';
    const actions = [
      stopped
        ? { label: `$(play) ${vscode.l10n.t('Resume')}`, run: () => this.queue.resume(id) }
        : { label: `$(debug-pause) ${vscode.l10n.t('Pause')}`, run: () => this.queue.pause(id) },
      { label: `$(trash) ${vscode.l10n.t('Cancel, and delete what has arrived')}`, run: () => this.queue.cancel(id) },
    ];
    const chosen = await vscode.window.showQuickPick(actions, { title: nativeText(model) });
    await chosen?.run();
  }

  #tellEnds(): void {
    for (const state of this.queue.states) {
      const before = this.#open.get(state.id);
      const ended = state.phase === 'done' || state.phase === 'failed' || state.error !== undefined;
      if (!ended) this.#open.set(state.id, state);
      else if (before !== undefined) {
        this.#open.delete(state.id);
        void this.#tellEnd(state).catch(this.#parts.failed);
      }
    }
  }

  async #tellEnd({ id, model, phase, error = '', file }: DownloadState): Promise<void> {
    // Every window sees the end; the user looks at one of them.
    if (!vscode.window.state.focused) return;
    if (phase === 'done' && file !== undefined) {
      const use = vscode.l10n.t('Use it');
      const answer = await showMessage('info', vscode.l10n.t('{0} is on this machine now.', model), use);
      if (answer === use) await this.#parts.settings.setModel(file);
      return;
    }
    const answer = await showMessage('warning', `${model}: ${error}`, vscode.l10n.t('Resume'));
    if (answer !== undefined) await this.queue.resume(id);
  }

  async #report(thrown: unknown): Promise<void> {
    await showMessage('error', `Moonwright: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** How far a download is, in a line. */
export function progressText({ phase, bytes, totalBytes, bytesPerSecond, secondsLeft }: DownloadState): string {
  const far = vscode.l10n.t('{0} of {1}', sizeText(bytes), sizeText(totalBytes));
  if (phase === 'waiting') return vscode.l10n.t('waits · {0}', far);
  if (phase === 'paused') return vscode.l10n.t('paused · {0}', far);
  if (phase === 'failed') return vscode.l10n.t('failed · {0}', far);
  if (phase === 'checking') return vscode.l10n.t('being checked · {0}', far);
  const speed = bytesPerSecond === undefined ? undefined : `${sizeText(bytesPerSecond)}/s`;
  const left = secondsLeft === undefined ? undefined : vscode.l10n.t('{0} min left', Math.ceil(secondsLeft / 60));
  return [far, speed, left].filter((text) => text !== undefined).join(' · ');
}
