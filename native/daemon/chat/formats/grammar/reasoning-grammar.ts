import { literal, sequence } from '../../schema/gbnf.ts';
import type { AnswerPrefix } from '../../schema/response-grammar.ts';
import { textUntil } from '../../schema/text-until.ts';
import { promptOpensThinking, thinkTags } from '../reading/incremental-parser.ts';

/**
 * Reasoning before what is constrained: to its end where the prompt opened it, none where the prompt closed it, else
 * the model may open it.
 */
export function reasoningBefore(prompt: string): AnswerPrefix | undefined {
  const { open, close } = thinkTags;
  if (prompt.trimEnd().endsWith(close)) return undefined;
  const opened = promptOpensThinking(prompt);
  return (rules) => {
    const rest = sequence(textUntil(rules, close), '[ \\n]{0,4}');
    return opened ? rest : `([ \\n]{0,2} ${sequence(literal(open), rest)})?`;
  };
}
