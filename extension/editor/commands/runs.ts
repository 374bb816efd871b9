import * as vscode from 'vscode';
import { toCodedError } from '../../../native/protocol/coded-error.ts';
import type { ModelFacts } from '../../agent/agent-model.ts';
import type { OneShot } from '../../agent/one-shot-request.ts';
import { Refusal, type Remedy } from '../../rewrite/refusal.ts';
import { refusal, type Refactor } from '../../rewrite/refactor-table.ts';

/** What a command is given while it runs. */
export interface Running {
  readonly signal: AbortSignal;
  readonly model: ModelFacts;
  /** Shows what is being done. */
  report(text: string): void;
}

export interface RunSettings {
  readonly title: string;
  readonly needs: Refactor;
  /** What the command is about, where it is about code. */
  readonly document?: vscode.TextDocument;
}

/** Why a file may not be changed; undefined: it may. For documents that are no files, and before it is known which: undefined is given. */
export type EditPermission = (file: string | undefined) => Promise<Refusal | undefined>;

/** Runs commands with progress that can be cancelled, refuses what may or can not be done, and says what went wrong. */
export class RefactorRuns {
  readonly #oneShot: OneShot;
  readonly #permission: EditPermission;
  readonly #log: (thrown: unknown) => void;

  constructor(oneShot: OneShot, permission: EditPermission, log: (thrown: unknown) => void) {
    this.#oneShot = oneShot;
    this.#permission = permission;
    this.#log = log;
  }

  /** Resolves with what `body` returns; undefined when it was refused, failed or cancelled: the user has been told. */
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

  /** Those of the files that may be changed. */
  async changeable(files: readonly string[]): Promise<ReadonlySet<string>> {
    const refused = await Promise.all(files.map((file) => this.#permission(file)));
    return new Set(files.filter((_, at) => refused[at] === undefined));
  }

  /** Throws Refusal where a file must not be changed: trust, the user's rules. */
  async mayEdit(uri: vscode.Uri | undefined): Promise<void> {
    const refused = await this.#permission(uri?.scheme === 'file' ? uri.fsPath : undefined);
    if (refused !== undefined) throw refused;
  }

  /** The same for what needs no model. */
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
        { location: vscode.ProgressLocation.Notification, title: `Moonwright: ${title}`, cancellable: true },
        async (progress, token) => {
          token.onCancellationRequested(() => controller.abort());
          return await body(controller.signal, (message) => progress.report({ message }));
        },
      );
    } catch (thrown) {
      if (!controller.signal.aborted) void this.tell(thrown);
      return undefined;
    }
  }

  /** Says what went wrong, with a button for what helps. */
  async tell(thrown: unknown): Promise<void> {
    if (thrown instanceof Refusal)
      return this.#offer(thrown.message, thrown.remedy, (...message) => vscode.window.showWarningMessage(...message));
    const error = toCodedError(thrown);
    if (error.code === 'request.cancelled') return;
    this.#log(thrown);
    await this.#offer(error.message, 'log', (...message) => vscode.window.showErrorMessage(...message));
  }

  async #offer(
    text: string,
    remedy: Remedy | undefined,
    show: (text: string, ...buttons: string[]) => Thenable<string | undefined>,
  ): Promise<void> {
    const label = remedy === undefined ? undefined : labelOf(remedy);
    const answer = await (label === undefined ? show(`Moonwright: ${text}`) : show(`Moonwright: ${text}`, label));
    if (remedy !== undefined && answer !== undefined && answer === label)
      await vscode.commands.executeCommand(commandOf[remedy]);
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
