import type { ToolDefinition } from '../../../../protocol/chat.ts';
import { anyOf, literal, sequence } from '../../schema/gbnf.ts';
import type { AnswerPrefix } from '../../schema/response-grammar.ts';
import type { GrammarRequest, ToolGrammar } from '../tool-format.ts';
import { callGrammar, repeatedCalls } from './call-grammar.ts';
import { type ParameterLayout, parametersExpression } from './parameter-grammar.ts';

/** How a family writes calls whose arguments stand in a tag each. */
export interface TagLayout {
  /** Tags around calls: around all of one reply, or around each. */
  readonly outer: { readonly open: string; readonly close: string; readonly around: 'all' | 'each' } | undefined;
  /** Expression for the beginning of a call, given one for the tool's name. */
  open(name: string): string;
  readonly close: string;
  /** Expression for what may follow the last call. */
  readonly after?: string;
  readonly parameters: ParameterLayout;
  readonly before: AnswerPrefix | undefined;
  /** What begins a call where there is no outer tag. */
  triggerPatterns?(tools: readonly ToolDefinition[]): readonly string[];
}

/** White space that may stand between tags. */
const gap = '[ \\n]{0,2}';

/** The grammar of such a family; it starts at the outer tag, else at the call's. */
export function tagGrammar(request: GrammarRequest, layout: TagLayout): ToolGrammar | undefined {
  const { outer, close, parameters, before } = layout;
  return callGrammar(request, {
    triggerTexts: outer ? [outer.open] : [],
    triggerPatterns: (tools) => layout.triggerPatterns?.(tools) ?? [],
    before,
    calls: (rules, tools, count) => {
      const named = tools.map((tool) =>
        sequence(layout.open(literal(tool.name)), gap, parametersExpression(rules, tool, parameters)),
      );
      const bare = sequence(anyOf(named), literal(close));
      if (outer?.around !== 'all') {
        const tagged = outer ? sequence(literal(outer.open), gap, bare, gap, literal(outer.close)) : bare;
        return repeatedCalls(rules.add('call', tagged), count, gap);
      }
      const calls = repeatedCalls(rules.add('call', bare), count, gap);
      return sequence(literal(outer.open), gap, calls, gap, literal(outer.close), layout.after ?? '');
    },
  });
}
