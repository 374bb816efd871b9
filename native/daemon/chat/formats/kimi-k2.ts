import { kimiGrammar } from './grammar/kimi-grammar.ts';
import { kimiMarkers, kimiStyle } from './reading/kimi-calls.ts';
import { thinkTagsAtStart } from './reading/incremental-parser.ts';
import { MarkerCallParser } from './reading/marker-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

/** Kimi K2 (and nano): calls in a section of special tokens, ids `functions.NAME:INDEX`, no reasoning. */
export const kimiK2: ToolFormat = {
  name: 'kimi-k2',
  matches: (template) => template.includes(kimiMarkers.callBegin),
  parser: (options) => new MarkerCallParser(options, kimiStyle(thinkTagsAtStart)),
  grammar: (request) => kimiGrammar(request, { reasoning: false }),
  markers: Object.values(kimiMarkers),
  reasoning: reasoningMarks(thinkTagsAtStart),
  answerPrefix: () => undefined,
};
