import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { kimiGrammar } from './grammar/kimi-grammar.ts';
import { kimiMarkers, kimiStyle } from './reading/kimi-calls.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { MarkerCallParser } from './reading/marker-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

/** Kimi K2 Thinking: K2's calls, and reasoning in think tags, in which calls may stand too. */
export const kimiK2Thinking: ToolFormat = {
  name: 'kimi-k2-thinking',
  matches: (template) => template.includes(kimiMarkers.callBegin) && template.includes(thinkTags.open),
  parser: (options) => new MarkerCallParser(options, kimiStyle(thinkTags)),
  grammar: (request) => kimiGrammar(request, { reasoning: true }),
  markers: [...Object.values(kimiMarkers), thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};
