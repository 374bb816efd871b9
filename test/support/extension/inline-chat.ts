// Faked: the model (a script, said in pieces) and the document (in memory). Real: the review, the journal, tree-sitter.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { OneShot, OneShotKind, OneShotOptions } from '../../../extension/agent/one-shot-request.ts';
import { PendingEdits } from '../../../extension/edits/pending-edits.ts';
import { EditJournal } from '../../../extension/inline/edit-journal.ts';
import { EditLedger } from '../../../extension/inline/edit-ledger.ts';
import { InlineSession } from '../../../extension/inline/inline-session.ts';
import type { Refusal } from '../../../extension/rewrite/refusal.ts';
import type { Span } from '../../../extension/workspace/span.ts';
import { nowhere } from './folder-review.ts';
import { MemoryBuffer } from './memory-buffer.ts';
import { realSyntax } from './real-syntax.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const math =
  'export function add(a, b) {\n  return a + b;\n}\n\nexport function half(n) {\n  return n / 2;\n}\n';
export const arrow = 'export const add = (a, b) => a + b;';
export const withArrow = `${arrow}${math.slice(math.indexOf('\n\n'))}`;
/** An answer with this code. */
export const block = (code: string): string => `\`\`\`js\n${code}\n\`\`\``;

interface Asked {
  readonly kind: OneShotKind;
  readonly messages: readonly ChatMessage[];
  readonly options: OneShotOptions;
}

export interface InlineChatSetUp {
  readonly text?: string;
  readonly selection?: Span;
  readonly profile?: 'compact' | 'full';
  readonly refusal?: Refusal;
  readonly problems?: readonly { readonly line: number; readonly message: string; readonly isError: boolean }[];
}

/** A chat with a model that gives these answers in order; `after` runs after each piece of an answer. */
export function inlineChat(
  answers: readonly (
    | string
    | Error
    | { readonly text: string; readonly after: (piece: number, signal: AbortSignal) => Promise<void> | void }
  )[],
  { text = math, selection = { from: 30, to: 30 }, profile = 'compact', refusal, problems = [] }: InlineChatSetUp = {},
) {
  const buffer = new MemoryBuffer(text);
  const asked: Asked[] = [];
  const left = [...answers];
  const oneShot: OneShot = {
    facts: async () => ({ name: 'nano', fingerprint: 'x', profile, contextTokens: 8192 }),
    run: async (kind, messages, options) => {
      asked.push({ kind, messages: [...messages], options });
      const next = left.shift() ?? 'nothing left to say';
      if (next instanceof Error) throw next;
      const { text: said, after = () => undefined } = typeof next === 'string' ? { text: next } : next;
      const pieces = said.match(/[\s\S]{1,7}/g) ?? [];
      for (const [at, piece] of pieces.entries()) {
        if (options.signal.aborted) throw new CodedError('request.cancelled', 'Stopped.');
        options.onText?.(piece);
        await new Promise((resolve) => setImmediate(resolve));
        await after(at, options.signal);
      }
      if (options.signal.aborted) throw new CodedError('request.cancelled', 'Stopped.');
      return said;
    },
  };
  const pending: PendingEdits = new PendingEdits(
    {
      read: async () => buffer.text,
      write: async (_uri, wanted) => {
        buffer.text = wanted;
      },
    },
    nowhere,
    (thrown) => {
      throw thrown;
    },
  );
  const journalFile = path.join(temporaryFolder(), 'journal.json');
  const journal = new EditJournal(journalFile);
  const ledger = new EditLedger(pending, journal, (thrown) => {
    throw thrown;
  });
  const session: InlineSession = new InlineSession(
    { oneShot, syntax: realSyntax() },
    {
      buffer,
      path: 'src/math.js',
      language: 'javascript',
      refusal: async () => refusal,
      problems: () => problems,
      surroundings: async () => ({ before: '', after: '', imports: [], definitions: [], problems: [] }),
    },
    ledger,
    { changed: () => undefined },
    selection,
  );
  pending.onChange(() => void session.settledElsewhere());
  const pendingNow = async (): Promise<number> => {
    await pending.settled();
    await pending.changed(buffer.uri);
    return pending.file(buffer.uri)?.hunks.length ?? 0;
  };
  const journalled = (): unknown => JSON.parse(readFileSync(journalFile, 'utf8'));
  return {
    buffer,
    asked,
    session,
    pending,
    pendingNow,
    journalled,
    lastNote: () => session.entries.at(-1)?.note ?? '',
  };
}
