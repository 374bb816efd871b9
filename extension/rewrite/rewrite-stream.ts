import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { SamplingOptions } from '../../native/protocol/generation.ts';
import type { OneShot } from '../agent/one-shot-request.ts';
import { readRewriteAnswer, reindent, type RewriteAnswer } from './rewrite-answer.ts';
import { bare } from './rewrite-prompt.ts';

export interface StreamOptions {
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly sampling?: SamplingOptions;
  /** The prose so far; whether the model reads the prompt still is told by its being empty. */
  readonly onProse: (prose: string) => void;
}

export interface Rewritten extends RewriteAnswer {
  /** All that the model said. */
  readonly said: string;
}

/**
 * Asks for a rewrite of `code` and shows the answer's code as it comes, with the code's indentation. While one piece is
 * being written into the document, what comes meanwhile waits and goes in together.
 */
export async function streamRewrite(
  oneShot: OneShot,
  messages: readonly ChatMessage[],
  code: string,
  show: (code: string) => Promise<boolean>,
  options: StreamOptions,
): Promise<Rewritten> {
  const { margin, first } = bare(code);
  const { onProse, ...request } = options;
  let said = '';
  let shown: string | undefined;
  let showing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    for (
      let wanted = codeOf(said);
      wanted !== undefined && wanted !== shown && !options.signal.aborted;
      wanted = codeOf(said)
    ) {
      shown = wanted;
      if (!(await show(reindent(wanted, margin, first)))) return;
    }
  };
  try {
    const answer = await oneShot.run('rewrite', messages, {
      ...request,
      onText: (piece) => {
        said += piece;
        onProse(readRewriteAnswer(said, { done: false }).prose);
        showing ??= flush().finally(() => {
          showing = undefined;
        });
      },
    });
    const read = readRewriteAnswer(answer, { done: true });
    return { ...read, said: answer, code: read.code === undefined ? undefined : reindent(read.code, margin, first) };
  } finally {
    await showing?.catch(() => undefined); // what could not be shown is noticed when the whole is written
  }
}

/** The code so far, once there is a line of it. */
function codeOf(said: string): string | undefined {
  const { code } = readRewriteAnswer(said, { done: false });
  return code === '' ? undefined : code;
}
