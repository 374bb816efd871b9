import type { NativeLogprob } from '../../../../addon/contract.ts';
import type { PlacedLogprob } from './completion-text.ts';
import type { EndpointVocabulary } from '../../endpoint-model.ts';

/** `logprobs` of a raw completion, in OpenAI's older shape: parallel arrays. */
interface CompletionLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: number[];
  readonly top_logprobs: Record<string, number>[];
  readonly text_offset: number[];
}

/** Turns the engine's logprobs into OpenAI's. */
export function completionLogprobs(
  vocabulary: EndpointVocabulary,
  logprobs: readonly PlacedLogprob[],
): CompletionLogprobs {
  return {
    tokens: logprobs.map(({ entry }) => tokenText(vocabulary, entry.token)),
    token_logprobs: logprobs.map(({ entry }) => entry.logprob),
    top_logprobs: logprobs.map(({ entry }) => topOf(vocabulary, entry)),
    text_offset: logprobs.map(({ offset }) => offset),
  };
}

/** The most likely tokens and, as OpenAI promises, always the chosen one. */
function topOf(vocabulary: EndpointVocabulary, entry: NativeLogprob): Record<string, number> {
  const top: Record<string, number> = {};
  entry.topTokens.forEach((token, at) => {
    top[tokenText(vocabulary, token)] ??= entry.topLogprobs[at] ?? -Infinity;
  });
  top[tokenText(vocabulary, entry.token)] ??= entry.logprob;
  return top;
}

/** A token's text; bytes that are not UTF-8 are written as OpenAI writes them. */
function tokenText(vocabulary: EndpointVocabulary, token: number): string {
  const bytes = vocabulary.piece(token);
  const text = new TextDecoder('utf-8').decode(bytes);
  if (!text.includes('\uFFFD')) return text;
  return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}
