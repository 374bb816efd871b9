import type { ReasoningMarks } from '../tool-format.ts';
import { thinkTags, type ThinkingStyle } from './incremental-parser.ts';

/** Thoughts in the marks of a style. */
export function reasoningMarks({ open, close, answer = [], where }: ThinkingStyle): ReasoningMarks {
  return { open, close: [close, ...answer], atStart: where === 'start', endings: [close] };
}

/** Marks of reasoning that models use beside those of the families here. The first that occurs counts. */
const known: readonly ThinkingStyle[] = [
  thinkTags,
  { open: '[THINK]', close: '[/THINK]', where: 'anywhere' },
  { open: '<seed:think>', close: '</seed:think>', where: 'anywhere' },
  { open: '<mm:think>', close: '</mm:think>', where: 'anywhere' },
  { open: '<think:opensource>', close: '</think:opensource>', where: 'anywhere' },
  { open: '◁think▷', close: '◁/think▷', where: 'anywhere' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>', where: 'anywhere' },
  { open: '<|inner_prefix|>', close: '<|inner_suffix|>', where: 'anywhere' },
  { open: '<|channel>thought', close: '<channel|>', where: 'anywhere' },
  { open: '<|begin_of_thought|>', close: '<|end_of_thought|>', where: 'anywhere' },
  { open: '<thinking>', close: '</thinking>', where: 'start' },
  { open: '<reasoning>', close: '</reasoning>', where: 'start' },
];

/** How a model of no known family writes reasoning, by its template and the special tokens of its vocabulary. */
export function thinkingMarks(template: string, specialTexts: readonly string[]): ThinkingStyle {
  const specials = new Set(specialTexts);
  const inTemplate = known.find(({ open, close }) => template.includes(open) || template.includes(close));
  return inTemplate ?? known.find(({ open, close }) => specials.has(open) && specials.has(close)) ?? thinkTags;
}
