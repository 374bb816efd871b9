import type { CallHeader, MarkerStyle } from './marker-calls.ts';
import type { ThinkingStyle } from './incremental-parser.ts';

/** Kimi K2's tool-call tokens; the singular section markers are not tokens, but models write them. */
export const kimiMarkers = {
  sectionBegin: '<|tool_calls_section_begin|>',
  sectionEnd: '<|tool_calls_section_end|>',
  callBegin: '<|tool_call_begin|>',
  argumentBegin: '<|tool_call_argument_begin|>',
  callEnd: '<|tool_call_end|>',
  singularBegin: '<|tool_call_section_begin|>',
  singularEnd: '<|tool_call_section_end|>',
} as const;

/** How Kimi K2 writes calls, with the given reasoning tags. */
export function kimiStyle(thinking: ThinkingStyle): MarkerStyle {
  return {
    sectionBegin: [kimiMarkers.sectionBegin, kimiMarkers.singularBegin],
    sectionEnd: [kimiMarkers.sectionEnd, kimiMarkers.singularEnd],
    callBegin: [kimiMarkers.callBegin],
    separator: [kimiMarkers.argumentBegin],
    callEnd: [kimiMarkers.callEnd],
    thinking,
    readHeader: readKimiHeader,
  };
}

/**
 * Ids are `functions.NAME:INDEX` and stay as written. Where prefix or index is missing, the name is not a tool's, or
 * this reply used the id already, a full id is made: the model imitates the ids it sees in its history.
 */
function readKimiHeader(header: string, head: string, index: number, taken: ReadonlySet<string>): CallHeader {
  const match = /^(functions\.)?([^:]*?)(?::(\d+))?$/.exec(header);
  const name = match?.[2] ?? header;
  const digits = match?.[3];
  const complete = match?.[1] !== undefined && digits !== undefined && !taken.has(header);
  const idFor = (tool: string): string => {
    if (complete && tool === name) return header;
    let free = digits === undefined ? index : Number(digits);
    while (taken.has(`functions.${tool}:${free}`)) free += 1;
    return `functions.${tool}:${free}`;
  };
  return { name, idFor, repaired: !complete, argumentsHead: head };
}
