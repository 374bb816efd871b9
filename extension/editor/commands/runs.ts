import * as vscode from 'vscode';
import { toCodedError } from '../../../native/protocol/coded-error.ts';
import type { ModelFacts } from '../../agent/agent-model.ts';
import type { OneShot } from '../../agent/one-shot-request.ts';
import { Refusal, type Remedy } from '../../rewrite/refusal.ts';
import { refusal, type Refactor } from '../../rewrite/refactor-table.ts';
import { showMessage } from '../model-text/messages.ts';
import { nativeText } from '../model-text/native-text.ts';

/** Argument of a running command. */
export interface Running {
  readonly signal: AbortSignal;
  readonly model: ModelFacts;
  /** Shows the current step in the progress notification. */
  report(text: string): void;
}

interface RunSettings {
  readonly title: string;
  readonly needs: Refactor;
  /** The document that the command works on. */
  readonly document?: vscode.TextDocument;
}

/**
 * Why a file must not be changed; undefined if it may be. `file` is undefined for untitled documents and before the
 * file is known.
 */
export type EditPermission = (file: string | undefined) => Promise<Refusal | undefined>;

/** Runs commands with cancellable progress, refuses those that must not run now, and shows errors. */
export class RefactorRuns {
  readonly #oneShot: OneShot;
  readonly #permission: EditPermission;
  readonly #log: (thrown: unknown) => void;

  constructor(oneShot: OneShot, permission: EditPermission, log: (thrown: unknown) => void) {
    this.#oneShot = oneShot;
    this.#permission = permission;
    this.#log = log;
  }

  /** Returns what `body` returns; undefined, with a message to the user, if it was refused, failed or cancelled. */
  async run<T>(
    { title, needs, document }: RunSettings,
    body: (running: Running) => Promise<T>,
  ): Promise<T | undefined> {
    return this.#watched(title, async (signal, report) => {
      if (needs.edits) await this.mayEdit(document?.uri);
      const model = await this.#oneShot.facts(signal);
      const refused = refusal(needs, model, document?.languageId);
      if (refused !== undefined) throw new Refusal(refused, 'model');
      return body({ signal, model, report });
    });
  }

  /** Returns the files that may be changed. */
  async changeable(files: readonly string[]): Promise<ReadonlySet<string>> {
    const refused = await Promise.all(files.map((file) => this.#permission(file)));
    return new Set(files.filter((_, at) => refused[at] === undefined));
  }

  /** Throws Refusal if workspace trust or the user's rules forbid to change a file. */
  async mayEdit(uri: vscode.Uri | undefined): Promise<void> {
    const refused = await this.#permission(uri?.scheme === 'file' ? uri.fsPath : undefined);
    if (refused !== undefined) throw refused;
  }

  /** Like `run`, for work without a model. */
  async withoutModel<T>(title: string, body: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    return this.#watched(title, body);
  }

  async #watched<T>(
    title: string,
    body: (signal: AbortSignal, report: (text: string) => void) => Promise<T>,
  ): Promise<T | undefined> {
    const controller = new AbortController();
    try {
      return await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: nativeText(`Moonwright: ${title}`),
          cancellable: true,
        },
        async (progress, token) => {
          token.onCancellationRequested(() => controller.abort());
          return await body(controller.signal, (message) => progress.report({ message: nativeText(message) }));
        },
      );
    } catch (thrown) {
      if (!controller.signal.aborted) void this.tell(thrown);
      return undefined;
    }
  }

  /** Shows an error, with a button for the remedy. */
  async tell(thrown: unknown): Promise<void> {
    if (thrown instanceof Refusal) return this.#offer('warning', thrown.message, thrown.remedy);
    const error = toCodedError(thrown);
    if (error.code === 'request.cancelled') return;
    this.#log(thrown);
    await this.#offer('error', error.message, 'log');
  }

  async #offer(kind: 'warning' | 'error', text: string, remedy: Remedy | undefined): Promise<void> {
    const labels = remedy === undefined ? [] : [labelOf(remedy)];
    const answer = await showMessage(kind, `Moonwright: ${text}`, ...labels);
    if (remedy !== undefined && answer !== undefined) await vscode.commands.executeCommand(commandOf[remedy]);
  }
}

const commandOf: Readonly<Record<Remedy, string>> = {
  model: 'moonwright.selectModel',
  trust: 'workbench.trust.manage',
  log: 'moonwright.showLog',
};

function labelOf(remedy: Remedy): string {
  switch (remedy) {
    case 'model':
      return vscode.l10n.t('Choose a model');
    case 'trust':
      return vscode.l10n.t('Manage trust');
    case 'log':
      return vscode.l10n.t('Open the log');
  }
}
