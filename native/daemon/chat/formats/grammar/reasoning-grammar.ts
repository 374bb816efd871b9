import { literal, sequence } from '../../schema/gbnf.ts';
import type { AnswerPrefix } from '../../schema/response-grammar.ts';
import { textUntil } from '../../schema/text-until.ts';
import { promptOpensThinking, thinkTags, type ThinkingStyle } from '../reading/incremental-parser.ts';

/**
 * Reasoning before constrained text: its rest if the prompt opened it, none if the prompt closed it, else optional.
 */
export function reasoningBefore(prompt: string, style: ThinkingStyle = thinkTags): AnswerPrefix | undefined {
  const { open, close } = style;
  if (prompt.trimEnd().endsWith(close)) return undefined;
  const opened = promptOpensThinking(prompt, style);
  return (rules) => {
    const rest = sequence(textUntil(rules, close), '[ \\n]{0,4}');
    return opened ? rest : `([ \\n]{0,2} ${sequence(literal(open), rest)})?`;
  };
}
