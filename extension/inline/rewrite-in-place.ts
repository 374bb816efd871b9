import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { SamplingOptions } from '../../native/protocol/generation.ts';
import type { ModelFacts } from '../agent/agent-model.ts';
import { Refusal } from '../rewrite/refusal.ts';
import { readNewCode } from '../rewrite/rewrite-answer.ts';
import { faultOf } from '../rewrite/rewrite-check.ts';
import type { Fault } from '../rewrite/rewrite-fault.ts';
import { answerTokensFor, rewriteLimits } from '../rewrite/rewrite-limits.ts';
import { askForCode, type CheckedAnswer, type Rewriter } from '../rewrite/rewrite-loop.ts';
import { streamRewrite } from '../rewrite/rewrite-stream.ts';
import { translate } from '../translation.ts';
import type { ProvisionalEdit } from './provisional-edit.ts';

interface RewriteInPlace {
  readonly facts: ModelFacts;
  readonly messages: readonly ChatMessage[];
  /** The code that was sent, which the answer replaces. */
  readonly code: string;
  /** VS Code's language id. */
  readonly language: string;
  readonly signal: AbortSignal;
  readonly sampling?: SamplingOptions;
  /** The prose of the answer so far. */
  readonly onProse: (prose: string) => void;
  /** Called before the model is asked once more because of a fault in its code. */
  readonly onRetry: (fault: Fault) => void;
}

/**
 * Asks the model for new code, writes it into the document as it arrives, and checks the document. Returns the last
 * answer with its fault: `noCode` and `unchanged` leave nothing to accept; code with another fault stays in the
 * document. Throws Refusal if the document cannot be written.
 */
export async function rewriteInPlace(
  { oneShot, syntax }: Rewriter,
  edit: ProvisionalEdit,
  { facts, messages, code, language, signal, sampling, onProse, onRetry }: RewriteInPlace,
): Promise<{ readonly answer: string; readonly fault: Fault | undefined }> {
  let answer = '';
  const faultOfWritten = async (said: string): Promise<Fault | undefined> => {
    const read = readNewCode(said, code);
    if (read.code === undefined) return { kind: 'noCode' };
    if (!(await edit.finish(read.code)))
      throw new Refusal(translate('The editor refused the change. Is the file read-only?'));
    const after = await edit.buffer.read();
    if (after === undefined) throw new Refusal(translate('The document is gone.'));
    const { from, to } = edit.span;
    const before = after.slice(0, from) + edit.original + after.slice(to);
    const part = { from, to: from + edit.original.length };
    const rewrite = { language, before, after, part, endAfter: to };
    const fault = await faultOf(syntax, rewrite, { otherDefinitions: true, mayBeEmpty: true });
    return read.closed || fault?.kind === 'unchanged' ? fault : { kind: 'cut' };
  };
  const checked = await askForCode({
    messages,
    tries: rewriteLimits[facts.profile].tries,
    ask: async (asked) => {
      answer = await streamRewrite(oneShot, asked, code, {
        maxTokens: answerTokensFor(code, facts),
        signal,
        ...(sampling !== undefined && { sampling }),
        onCode: (part) => edit.show(part),
        onProse,
      });
      signal.throwIfAborted();
      return answer;
    },
    check: async (said): Promise<CheckedAnswer<undefined>> => {
      const fault = await faultOfWritten(said);
      return fault === undefined ? { value: undefined } : { fault };
    },
    again: (fault) => {
      // An answer without code is an answer in words, and "no change" may be right.
      const again = fault.kind === 'syntax' || fault.kind === 'unbound';
      if (again) onRetry(fault);
      return again;
    },
  });
  return { answer, fault: 'fault' in checked ? checked.fault : undefined };
}
