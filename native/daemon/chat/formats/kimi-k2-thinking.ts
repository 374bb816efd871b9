import { reasoningBefore } from './reasoning-grammar.ts';
import { kimiGrammar } from './kimi-grammar.ts';
import { kimiMarkers, kimiStyle } from './kimi-calls.ts';
import { thinkTags } from './incremental-parser.ts';
import { MarkerCallParser } from './marker-calls.ts';
import type { ToolFormat } from './tool-format.ts';

/** Kimi K2 Thinking: K2's calls, and reasoning in think tags, in which calls may stand too. */
export const kimiK2Thinking: ToolFormat = {
  name: 'kimi-k2-thinking',
  matches: (template) => template.includes(kimiMarkers.callBegin) && template.includes(thinkTags.open),
  parser: (options) => new MarkerCallParser(options, kimiStyle(thinkTags)),
  grammar: (request) => kimiGrammar(request, { reasoning: true }),
  markers: [...Object.values(kimiMarkers), thinkTags.open, thinkTags.close],
  answerPrefix: (prompt) => reasoningBefore(prompt),
};
