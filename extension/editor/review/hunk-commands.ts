import * as vscode from 'vscode';
import { GutterStates } from '../../edits/gutter-states.ts';
import { hunkAbove, hunkAtLine, hunkBelow, type EditorChange } from '../../edits/hunk-places.ts';
import type { Hunk } from '../../edits/hunks.ts';
import type { PendingEdits, PendingFile } from '../../edits/pending-edits.ts';
import { setReviewContext, type ReviewEditor } from './diff-editor.ts';
import { firstLineOf } from './lenses.ts';

type Decision = 'keep' | 'undo';

/** How long the status bar shows that a peek is out of date. */
const outdatedMs = 5000;

/**
 * The commands of the review: keep and undo a hunk, a file or everything; go from hunk to hunk. Owns: which hunks a
 * command means, and the context keys. Does not own: keeping and undoing.
 */
export class HunkCommands implements vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #review: ReviewEditor;
  readonly #gutter = new GutterStates();
  readonly #disposables: readonly vscode.Disposable[];

  constructor(pending: PendingEdits, review: ReviewEditor) {
    this.#pending = pending;
    this.#review = review;
    const command = (name: string, run: (...args: readonly unknown[]) => Promise<void>): vscode.Disposable =>
      vscode.commands.registerCommand(`moonwright.${name}`, run);
    this.#disposables = [
      command('keepHunk', (uri, hunk) => this.#hunk('keep', uri, hunk)),
      command('undoHunk', (uri, hunk) => this.#hunk('undo', uri, hunk)),
      command('keepChange', (uri, changes, at) => this.#change('keep', uri, changes, at)),
      command('undoChange', (uri, changes, at) => this.#change('undo', uri, changes, at)),
      command('keepFile', (...targets) => this.#files('keep', targets)),
      command('undoFile', (...targets) => this.#files('undo', targets)),
      command('keepAll', () => this.#all('keep')),
      command('undoAll', () => this.#all('undo')),
      command('nextHunk', () => this.#go('next')),
      command('previousHunk', () => this.#go('previous')),
      command('reviewPending', () => this.#review.showPending()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#look()),
      { dispose: pending.onChange(() => this.#look()) },
    ];
    this.#look();
  }

  /** Opens a file at its first pending change. */
  async open(uri: string): Promise<void> {
    const file = this.#pending.file(uri);
    if (file !== undefined) await this.#show(file, file.hunks[0]);
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  /** Decides about the hunk of a lens, else about the one at the cursor and goes to the next. */
  async #hunk(decision: Decision, uri: unknown, hunk: unknown): Promise<void> {
    if (typeof uri === 'string' && isHunk(hunk)) return this.#pending[decision](uri, [hunk]);
    const editor = vscode.window.activeTextEditor;
    const file = editor === undefined ? undefined : this.#pending.file(editor.document.uri.toString());
    if (editor === undefined || file === undefined) return;
    const here = hunkAtLine(file.hunks, editor.selection.active.line);
    if (here === undefined) return this.#go('next');
    await this.#pending[decision](file.uri, [here]);
    const left = this.#pending.file(file.uri);
    const next =
      left === undefined ? undefined : (hunkBelow(left.hunks, editor.selection.active.line) ?? left.hunks[0]);
    if (left !== undefined && next !== undefined) await this.#show(left, next);
  }

  /** Decides about a change in the gutter's peek, which may have been opened a while ago. */
  async #change(decision: Decision, uri: unknown, changes: unknown, at: unknown): Promise<void> {
    if (!(uri instanceof vscode.Uri) || !Array.isArray(changes) || typeof at !== 'number') return;
    const name = this.#pending.file(uri.toString())?.uri ?? uri.toString();
    const found = this.#gutter.find(name, changes as readonly EditorChange[], at);
    if (found !== undefined) return this.#pending[decision](uri.toString(), found.hunks, found.shown);
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('These lines have just changed. Close the peek and open it again.'),
      outdatedMs,
    );
  }

  /** Decides about the files of list entries or of an editor title, else about the active file. */
  async #files(decision: Decision, targets: readonly unknown[]): Promise<void> {
    const uris = targets.flatMap((target) => {
      if (target instanceof vscode.Uri) return [target];
      return isResource(target) ? [target.resourceUri] : [];
    });
    const active = vscode.window.activeTextEditor?.document.uri;
    if (uris.length === 0 && active !== undefined) uris.push(active);
    for (const uri of uris) await this.#pending[decision](uri.toString());
  }

  async #all(decision: Decision): Promise<void> {
    await (decision === 'keep' ? this.#pending.keepAll() : this.#pending.undoAll());
    await this.#review.close();
  }

  /** Goes to the next hunk of the file, else to the first of the next file; `previous` likewise. */
  async #go(direction: 'next' | 'previous'): Promise<void> {
    const files = this.#pending.files().filter((file) => !file.deleted && file.hunks.length > 0);
    const editor = vscode.window.activeTextEditor;
    const active = editor && this.#pending.file(editor.document.uri.toString())?.uri;
    const at = files.findIndex((file) => file.uri === active);
    const here = files[at];
    const line = editor?.selection.active.line ?? 0;
    const hunkFrom = direction === 'next' ? hunkBelow : hunkAbove;
    const within = here && hunkFrom(here.hunks, line);
    if (here !== undefined && within !== undefined) return this.#show(here, within);
    const step = direction === 'next' ? 1 : -1;
    const other = files[at < 0 ? 0 : (at + step + files.length) % files.length];
    if (other !== undefined) await this.#show(other, direction === 'next' ? other.hunks[0] : other.hunks.at(-1));
  }

  async #show(file: PendingFile, hunk: Hunk | undefined): Promise<void> {
    const uri = vscode.Uri.parse(file.uri, true);
    if (file.deleted) return this.#review.show([{ path: uri.fsPath, before: file.baseline, exists: false }]);
    const document = await vscode.workspace.openTextDocument(uri);
    const selection = hunk === undefined ? undefined : firstLineOf(document, hunk);
    const editor = await vscode.window.showTextDocument(document, { ...(selection !== undefined && { selection }) });
    if (selection !== undefined) editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  #look(): void {
    const uri = vscode.window.activeTextEditor?.document.uri.toString();
    this.#gutter.note(this.#pending.files());
    setReviewContext('pending', this.#pending.files().length > 0);
    setReviewContext('pendingHere', uri !== undefined && this.#pending.file(uri) !== undefined);
  }
}

function isHunk(value: unknown): value is Hunk {
  return typeof value === 'object' && value !== null && 'oldStart' in value && 'newStart' in value;
}

function isResource(value: unknown): value is vscode.SourceControlResourceState {
  return (
    typeof value === 'object' && value !== null && 'resourceUri' in value && value.resourceUri instanceof vscode.Uri
  );
}
