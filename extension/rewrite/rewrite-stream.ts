import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { SamplingOptions } from '../../native/protocol/generation.ts';
import type { OneShot } from '../agent/one-shot-request.ts';
import { bare, reindent } from './code-margin.ts';
import { readRewriteAnswer } from './rewrite-answer.ts';

interface StreamOptions {
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly sampling?: SamplingOptions;
  /** Shows the code so far, with the margin of the original; false if it cannot be shown. */
  readonly onCode: (code: string) => Promise<boolean>;
  /** The prose so far. */
  readonly onProse: (prose: string) => void;
}

/**
 * Asks for a rewrite of `original` and shows the code as it arrives. What arrives while `onCode` is busy is shown
 * together afterwards. Resolves with the whole answer once nothing is being shown.
 */
export async function streamRewrite(
  oneShot: OneShot,
  messages: readonly ChatMessage[],
  original: string,
  { onCode, onProse, ...request }: StreamOptions,
): Promise<string> {
  const margin = bare(original);
  let said = '';
  let shown: string | undefined;
  let showing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    for (let next = codeSoFar(said); next !== undefined && next !== shown; next = codeSoFar(said)) {
      if (request.signal.aborted) return;
      shown = next;
      if (!(await onCode(reindent(next, margin)))) return;
    }
  };
  try {
    return await oneShot.run('rewrite', messages, {
      ...request,
      onText: (piece) => {
        said += piece;
        onProse(readRewriteAnswer(said, { done: false }).prose);
        showing ??= flush().finally(() => {
          showing = undefined;
        });
      },
    });
  } finally {
    await showing?.catch(() => undefined); // writing the whole answer will fail again, and is reported
  }
}

/** The code so far, from its first line on. */
function codeSoFar(said: string): string | undefined {
  const { code } = readRewriteAnswer(said, { done: false });
  return code === '' ? undefined : code;
}
