import { literal, sequence } from '../../schema/gbnf.ts';
import type { AnswerPrefix } from '../../schema/response-grammar.ts';
import { textUntil } from '../../schema/text-until.ts';
import { promptOpensThinking, thinkTags, type ThinkingStyle } from '../reading/incremental-parser.ts';
import type { ReplyStart } from '../tool-format.ts';

/** White space that decides nothing: before what must come, and after calls. */
export const freeSpace = '[ \\n]{0,4}';

/** What stands before calls of a family without thoughts. */
export const spaceBefore: AnswerPrefix = () => freeSpace;

/**
 * Reasoning before constrained text: its rest if the prompt opened it, none if the prompt closed it or the model knows
 * no marks of it, else optional.
 */
export function reasoningBefore(
  { prompt, mayReason = true }: ReplyStart,
  style: ThinkingStyle = thinkTags,
): AnswerPrefix {
  const { open, close } = style;
  if (promptOpensThinking(prompt, style)) return (rules) => sequence(textUntil(rules, close), freeSpace);
  if (!mayReason || prompt.trimEnd().endsWith(close)) return spaceBefore;
  return (rules) => sequence(freeSpace, `(${sequence(literal(open), textUntil(rules, close), freeSpace)})?`);
}
