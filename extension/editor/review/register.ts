import path from 'node:path';
import * as vscode from 'vscode';
import { ReviewEditor } from './diff-editor.ts';
import { isBinary } from '../../edits/text-files.ts';
import { toolBytesMax } from '../../tools/files/file-change.ts';
import { PendingEdits } from '../../edits/pending-edits.ts';
import { PendingStore } from '../../edits/pending-store.ts';
import { TurnReview } from '../../edits/turn-review.ts';
import { Baselines } from './baselines.ts';
import { decodeFile } from '../documents/files.ts';
import { HunkCommands } from './hunk-commands.ts';
import { HunkLenses } from './lenses.ts';
import { HunkMarks } from './marks.ts';
import { PendingBadges } from './badges.ts';
import { PendingSourceControl } from './quick-diff.ts';
import type { Span } from '../../workspace/span.ts';
import { PendingDocuments } from '../documents/pending-documents.ts';

interface ReviewParts {
  /** The folder that keeps pending edits for the next window. */
  readonly storage: string;
  readonly relative: (absolute: string) => string;
  readonly log: vscode.LogOutputChannel;
}

/** The user's review of the assistant's changes. */
export interface Review extends vscode.Disposable {
  readonly pending: PendingEdits;
  readonly turns: TurnReview;
  /** Names the parts of a document that are decided on elsewhere: their hunks have no lenses. */
  decidedElsewhere(parts: (uri: string) => readonly Span[]): void;
}

/** Creates the review and everything that shows it. */
export function registerReview({ storage, relative, log }: ReviewParts): Review {
  const failed = (thrown: unknown): void => log.error(thrown instanceof Error ? thrown : String(thrown));
  const texts = new PendingDocuments();
  const pending = new PendingEdits(
    texts,
    new PendingStore(path.join(storage, 'pending-edits.jsonl'), (text) => log.warn(text)),
    failed,
  );
  const changes = new ReviewEditor(pending);
  const commands = new HunkCommands(pending, changes);
  const turns = new TurnReview(pending, {
    uriOf: (absolute) => vscode.Uri.file(absolute).toString(),
    pathOf: (uri) => {
      const { scheme, fsPath } = vscode.Uri.parse(uri, true);
      return scheme === 'file' ? fsPath : undefined;
    },
    relative,
    decode: async (absolute, bytes) =>
      bytes.length > toolBytesMax || isBinary(bytes) ? undefined : decodeFile(absolute, bytes),
    show: changes.show,
    open: (uri) => commands.open(uri),
  });
  const lenses = new HunkLenses(pending);
  const shown = [
    texts,
    new Baselines(pending),
    changes,
    commands,
    lenses,
    new HunkMarks(pending),
    new PendingSourceControl(pending),
    new PendingBadges(pending),
  ];
  texts.watch(pending);
  pending.restore().catch(failed);
  return {
    pending,
    turns,
    decidedElsewhere: (parts) => {
      lenses.elsewhere = parts;
    },
    dispose: () => shown.forEach((one) => one.dispose()),
  };
}
