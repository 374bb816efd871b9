import type { ModelFacts } from '../agent/agent-model.ts';
import { translate } from '../translation.ts';
import { Refusal } from './refusal.ts';

interface RewriteLimits {
  /** The longest code that is sent to be rewritten, in characters. */
  readonly codeLength: number;
  /** Tokens that the answer may have. */
  readonly answerTokens: (code: string, contextTokens: number) => number;
  /** Number of tries before giving up. Small models repeat themselves. */
  readonly tries: number;
}

/** Limits of code rewrites, for both inline chat and commands. */
export const rewriteLimits: Readonly<Record<ModelFacts['profile'], RewriteLimits>> = {
  compact: { codeLength: 4000, answerTokens: () => 500, tries: 1 },
  full: {
    codeLength: 24_000,
    // A token of code has at least two characters; the answer may well be twice as long as the code.
    answerTokens: (code, contextTokens) => Math.min(Math.floor(contextTokens / 2), 1024 + code.length),
    tries: 2,
  },
};

/** Limits of writing a test file: only larger models are asked. */
export const testFileLimits = { answerTokens: 6000, exampleLength: 4000, tries: 2 };

/** Throws Refusal if the code is too long for the model. */
export function checkCodeLength(code: string, { profile }: ModelFacts): void {
  if (code.length > rewriteLimits[profile].codeLength)
    throw new Refusal(translate('This code is too long to be rewritten at once. Select a part of it.'));
}

/** Tokens that an answer about this code may have. */
export function answerTokensFor(code: string, { profile, contextTokens }: ModelFacts): number {
  return rewriteLimits[profile].answerTokens(code, contextTokens);
}
