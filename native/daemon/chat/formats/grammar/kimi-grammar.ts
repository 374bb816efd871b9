import { anyOf, literal, sequence } from '../../schema/gbnf.ts';
import { argumentsRule, callGrammar, repeatedCalls } from './call-grammar.ts';
import { kimiMarkers } from '../reading/kimi-calls.ts';
import { freeSpace, reasoningBefore, spaceBefore } from './reasoning-grammar.ts';
import type { GrammarRequest, ToolGrammar } from '../tool-format.ts';

/** Sections of calls, or calls without a section; either section marker. */
export function kimiGrammar(
  request: GrammarRequest,
  options: { readonly reasoning: boolean },
): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [kimiMarkers.sectionBegin, kimiMarkers.callBegin, kimiMarkers.singularBegin],
    before: options.reasoning ? reasoningBefore(request) : spaceBefore,
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
      const calls = rules.add('calls', repeatedCalls(call, count, freeSpace));
      const ownMarks = [literal(kimiMarkers.sectionBegin), literal(kimiMarkers.sectionEnd)] as const;
      if (request.choice !== 'auto') return sequence(ownMarks[0], freeSpace, calls, freeSpace, ownMarks[1]);
      const begin = anyOf([ownMarks[0], literal(kimiMarkers.singularBegin)]);
      const end = anyOf([ownMarks[1], literal(kimiMarkers.singularEnd)]);
      return anyOf([sequence(begin, freeSpace, calls, freeSpace, end), sequence(calls, freeSpace, `${end}?`)]);
    },
  });
}
