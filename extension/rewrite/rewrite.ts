import { bare, reindent } from './code-margin.ts';
import { readRewriteAnswer } from './rewrite-answer.ts';
import { faultOf, rewritten, type Demands } from './rewrite-check.ts';
import { failure, type Fault } from './rewrite-fault.ts';
import { answerTokensFor, checkCodeLength, rewriteLimits } from './rewrite-limits.ts';
import { askForCode, type CheckedAnswer, type Rewriter } from './rewrite-loop.ts';
import { rewriteMessages, type RewriteSurroundings } from './rewrite-prompt.ts';
import type { Target } from './rewrite-target.ts';

/** A part of a text that a command rewrites. */
export interface RewriteOrder {
  /** For the model: relative to the workspace. */
  readonly path: string;
  readonly language: string;
  /** The whole text, and the part of it. */
  readonly text: string;
  readonly target: Target;
  readonly instruction: string;
  /** Called for larger models only. */
  readonly surroundings?: () => Promise<RewriteSurroundings>;
  readonly demands?: Demands;
  /** Called if the code of a larger model is used although it has this fault: the name may come from elsewhere. */
  readonly doubt?: (fault: Fault) => void;
  /** Makes the new code of the old code and the answer, both without margin. Undefined: the answer is the new code. */
  readonly compose?: (code: string, answer: string) => string | undefined;
}

/**
 * Has the model rewrite a part of a text. Returns the part's new text with the line ends of the whole. Throws Refusal
 * if the part is too long or no answer passes the check.
 */
export async function rewrite(rewriter: Rewriter, order: RewriteOrder, signal: AbortSignal): Promise<string> {
  const { oneShot, syntax } = rewriter;
  const { path, language, text, target, instruction, demands = {} } = order;
  const facts = await oneShot.facts(signal);
  checkCodeLength(target.text, facts);
  const surroundings = facts.profile === 'full' ? await order.surroundings?.() : undefined;
  const request = {
    path,
    language,
    instruction,
    code: target.text,
    ...(surroundings !== undefined && { surroundings }),
  };
  const maxTokens = answerTokensFor(target.text, facts);
  let doubtful: string | undefined;
  const checked = await askForCode({
    messages: rewriteMessages(facts.profile, request),
    tries: rewriteLimits[facts.profile].tries,
    ask: (messages) => oneShot.run('rewrite', messages, { maxTokens, signal }),
    check: async (answer): Promise<CheckedAnswer<string>> => {
      const code = newCode(order, answer);
      if (typeof code !== 'string') return { fault: code };
      const fault = await faultOf(syntax, rewritten(language, text, target, code), demands);
      doubtful = fault?.kind === 'unbound' && facts.profile === 'full' ? code : undefined;
      return fault === undefined ? { value: code } : { fault };
    },
  });
  if ('value' in checked) return checked.value;
  if (doubtful !== undefined) {
    order.doubt?.(checked.fault);
    return doubtful;
  }
  throw failure(facts.name, checked.fault);
}

/** The part's new text, or why there is none. */
function newCode({ target, compose, text }: RewriteOrder, answer: string): string | Fault {
  const read = readRewriteAnswer(answer, { done: true });
  if (read.code === undefined) return { kind: 'noCode' };
  if (!read.closed) return { kind: 'cut' };
  const original = bare(target.text);
  const code = reindent(compose?.(original.code, read.code) ?? read.code, original);
  return text.includes('\r\n') ? code.replace(/\r?\n/g, '\r\n') : code;
}
