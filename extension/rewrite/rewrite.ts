import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { OneShot } from '../agent/one-shot-request.ts';
import { readRewriteAnswer, reindent } from './rewrite-answer.ts';
import { bare, rewriteMessages, type RewriteSurroundings } from './rewrite-prompt.ts';
import type { Syntax } from '../workspace/syntax.ts';
import { translate } from '../translation.ts';
import { Refusal } from './refusal.ts';
import { faultOf, type Demands } from './rewrite-check.ts';
import { faultAdvice, faultText, type Fault } from './rewrite-fault.ts';
import { targetLengthMax, type Target } from './rewrite-target.ts';

export interface RewriteParts {
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
}

/** A part of a text that is to be rewritten. */
export interface RewriteOrder {
  /** As the model shall read it: relative to the workspace. */
  readonly path: string;
  readonly language: string;
  /** The whole text, and the part of it. */
  readonly text: string;
  readonly target: Target;
  readonly instruction: string;
  /** Asked for only where the model can use it. */
  readonly surroundings?: () => Promise<RewriteSurroundings>;
  readonly demands?: Demands;
  /** Makes the part's new text of the old one and the answer; left out or undefined: the answer itself. */
  readonly compose?: (code: string, answer: string) => string | undefined;
}

/** Tokens of an answer: no definition that is sent is longer. */
const answerTokens = { compact: 500, full: 4096 };

/**
 * Has the model rewrite a part of a text; returns its new text with the text's own line ends. What does not parse, or
 * lost something, is asked for once more with the reason, but not of small models: those repeat themselves. Throws Refusal.
 */
export async function rewrite(
  { oneShot, syntax }: RewriteParts,
  order: RewriteOrder,
  signal: AbortSignal,
): Promise<string> {
  const { target, text } = order;
  if (target.text.length > targetLengthMax)
    throw new Refusal(translate('This is too long to be rewritten at once. Select a part of it.'));
  const { profile, name } = await oneShot.facts(signal);
  const surroundings = profile === 'full' ? await order.surroundings?.() : undefined;
  const messages: ChatMessage[] = rewriteMessages(profile, {
    path: order.path,
    language: order.language,
    instruction: order.instruction,
    code: target.text,
    ...(surroundings !== undefined && { surroundings }),
  });
  let fault: Fault = { kind: 'noCode' };
  for (let tries = profile === 'full' ? 2 : 1; tries > 0; tries--) {
    const said = await oneShot.run('rewrite', messages, { maxTokens: answerTokens[profile], signal });
    const read = newText(order, said);
    const found =
      typeof read === 'string'
        ? await faultOf(
            syntax,
            {
              language: order.language,
              before: text,
              after: text.slice(0, target.from) + read + text.slice(target.to),
              from: target.from,
              to: target.to,
              toAfter: target.from + read.length,
            },
            order.demands ?? {},
          )
        : read;
    if (found === undefined && typeof read === 'string') return read;
    fault = found ?? fault;
    messages.push({ role: 'assistant', content: said }, { role: 'user', content: faultAdvice(fault) });
  }
  throw new Refusal(translate('{0} did not manage this: {1} Nothing was changed.', name, faultText(fault)), 'model');
}

/** The part's new text, or why there is none. */
function newText({ target, compose, text }: RewriteOrder, said: string): string | Fault {
  const answer = readRewriteAnswer(said, { done: true });
  if (answer.code === undefined) return { kind: 'noCode' };
  if (!answer.closed) return { kind: 'cut' };
  const { code, margin, first } = bare(target.text);
  const composed = reindent(compose?.(code, answer.code) ?? answer.code, margin, first);
  return text.includes('\r\n') ? composed.replace(/\r?\n/g, '\r\n') : composed;
}
