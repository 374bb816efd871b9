import { CodedError } from '../../protocol/coded-error.ts';
import type { ModelFacts, YarnFacts } from './model-facts.ts';

/** The context length of a session when no length is requested. */
const contextTokensDefault = 131_072;
export const contextTokensMin = 256;

export interface ContextChoice {
  readonly tokens: number;
  /** Set when positions must be stretched beyond what the file itself declares. */
  readonly yarn: YarnFacts | undefined;
  readonly notes: readonly string[];
}

/**
 * The context length in tokens: `wanted`, else 131072, but at most what the model supports: its trained length, or the
 * length after YaRN when its file or the catalogue (`declared`) declares it. Throws option.invalid unless `wanted` is a
 * whole number of at least 256.
 */
export function chooseContext(
  facts: ModelFacts,
  wanted: number | undefined,
  declared: YarnFacts | undefined,
): ContextChoice {
  if (wanted !== undefined && (!Number.isSafeInteger(wanted) || wanted < contextTokensMin)) {
    throw new CodedError(
      'option.invalid',
      `The context must be a whole number of at least ${contextTokensMin} tokens, not ${wanted}.`,
    );
  }
  const tokens = wanted ?? contextTokensDefault;
  const inFile = facts.yarn === undefined ? 0 : facts.yarn.factor * facts.yarn.originalContext;
  const native = Math.max(facts.contextTrained, inFile);
  if (native === 0 || tokens <= native) return { tokens, yarn: undefined, notes: [] };
  const stretched = facts.yarn === undefined && declared !== undefined ? declared.factor * declared.originalContext : 0;
  if (stretched <= native) return { tokens: native, yarn: undefined, notes: [shorter(tokens, native)] };
  const given = Math.min(tokens, stretched);
  const notes = [
    `The context is ${given} tokens by YaRN, as its makers describe it; the model was trained for ${native}.`,
  ];
  if (given < tokens) notes.push(shorter(tokens, given));
  return { tokens: given, yarn: declared, notes };
}

function shorter(wanted: number, given: number): string {
  return (
    `The context is ${given} tokens and not ${wanted}, because the model reaches no further; ` +
    'a model with a longer native context would help.'
  );
}
