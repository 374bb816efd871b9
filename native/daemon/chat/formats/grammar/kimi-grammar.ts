import { anyOf, literal, sequence } from '../../schema/gbnf.ts';
import { argumentsRule, callGrammar, repeatedCalls } from './call-grammar.ts';
import { kimiMarkers } from '../reading/kimi-calls.ts';
import { reasoningBefore } from './reasoning-grammar.ts';
import type { GrammarRequest, ToolGrammar } from '../tool-format.ts';

/** Sections of calls, or calls without a section; either section marker. */
export function kimiGrammar(
  request: GrammarRequest,
  options: { readonly reasoning: boolean },
): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [kimiMarkers.sectionBegin, kimiMarkers.callBegin, kimiMarkers.singularBegin],
    before: options.reasoning ? reasoningBefore(request.prompt) : undefined,
    calls: (rules, tools, count) => {
      const named = tools.map((tool) =>
        sequence(
          literal(`functions.${tool.name}:`),
          '[0-9]{1,4}',
          literal(kimiMarkers.argumentBegin),
          argumentsRule(rules, tool),
        ),
      );
      const call = rules.add(
        'call',
        sequence(literal(kimiMarkers.callBegin), anyOf(named), literal(kimiMarkers.callEnd)),
      );
      const calls = rules.add('calls', repeatedCalls(call, count, ''));
      const begin = anyOf([literal(kimiMarkers.sectionBegin), literal(kimiMarkers.singularBegin)]);
      const end = anyOf([literal(kimiMarkers.sectionEnd), literal(kimiMarkers.singularEnd)]);
      const section = sequence(begin, calls, end);
      return request.choice === 'auto' ? anyOf([section, `${calls} ${end}?`]) : section;
    },
  });
}
