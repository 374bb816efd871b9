import type { NativeLogprob } from '../../addon/contract.ts';
import type { ServedVocabulary } from './served-model.ts';

/** `logprobs` of a raw completion, in OpenAI's older shape: parallel arrays. */
export interface CompletionLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: number[];
  readonly top_logprobs: Record<string, number>[];
  readonly text_offset: number[];
}

/** Turns the engine's logprobs into OpenAI's; `offset` is where the first token's text begins. */
export function completionLogprobs(vocabulary: ServedVocabulary, logprobs: readonly NativeLogprob[], offset: number): CompletionLogprobs {
  const result: CompletionLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
  let at = offset;
  for (const entry of logprobs) {
    const text = tokenText(vocabulary, entry.token);
    result.tokens.push(text);
    result.token_logprobs.push(entry.logprob);
    result.top_logprobs.push(topOf(vocabulary, entry));
    result.text_offset.push(at);
    at += text.length;
  }
  return result;
}

function topOf(vocabulary: ServedVocabulary, entry: NativeLogprob): Record<string, number> {
  const top: Record<string, number> = {};
  entry.topTokens.forEach((token, at) => {
    top[tokenText(vocabulary, token)] ??= entry.topLogprobs[at] ?? -Infinity;
  });
  return top;
}

/** A token's text; bytes that are no text by themselves are shown as OpenAI shows them. */
function tokenText(vocabulary: ServedVocabulary, token: number): string {
  const bytes = vocabulary.piece(token);
  const text = new TextDecoder('utf-8').decode(bytes);
  if (!text.includes('\uFFFD')) return text;
  return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}
