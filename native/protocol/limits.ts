/** The values a request may have. The socket's methods and the HTTP endpoint check them; the addon accepts them all. */

export interface Limit {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean; // only whole numbers
}

function numbers(least: number, most: number): Limit {
  return { least, most, whole: false };
}

function wholeNumbers(least: number, most: number): Limit {
  return { least, most, whole: true };
}

/** The number fields of `SamplingOptions`. Limits that OpenAI's API states are the same here. */
export const samplingLimits = {
  temperature: numbers(0, 2),
  topK: wholeNumbers(0, 1_000_000),
  topP: numbers(0, 1),
  minP: numbers(0, 1),
  repeatPenalty: numbers(0.01, 10),
  repeatLastN: wholeNumbers(-1, 2 ** 17),
  frequencyPenalty: numbers(-2, 2),
  presencePenalty: numbers(-2, 2),
  dryMultiplier: numbers(0, 10),
  dryBase: numbers(1, 10),
  dryAllowedLength: wholeNumbers(0, 1000),
  seed: wholeNumbers(0, 2 ** 32 - 1),
} as const;

/** The number fields of `LoadOptions`. */
export const modelLimits = {
  contextTokens: wholeNumbers(256, 16_777_216),
  parallel: wholeNumbers(1, 256),
  threads: wholeNumbers(1, 1024),
  gpuLayers: wholeNumbers(0, 100_000),
  cpuMoeLayers: wholeNumbers(0, 100_000),
} as const;

/** The bias of one token. */
export const biasLimit = numbers(-100, 100);
/** `GenerateOptions.logprobs`: alternatives per token. */
export const logprobsLimit = wholeNumbers(0, 20);
/** `GenerateOptions.thinkingBudget`: tokens. */
export const thinkingBudgetLimit = wholeNumbers(0, 2 ** 31 - 1);
/** Stop strings of one request. */
export const stopsMax = 16;
/** Messages of a conversation: each is rendered again for every reply. */
export const messagesMax = 8192;
/** Tools of a conversation. */
export const toolsMax = 512;
/** Answers to one prompt (`n` over HTTP). */
export const choicesLimit = wholeNumbers(1, 8);

/** Whether `value` is a number within `limit`. */
export function isWithin({ least, most, whole }: Limit, value: number): boolean {
  return Number.isFinite(value) && (!whole || Number.isInteger(value)) && value >= least && value <= most;
}

/** A limit in words for an error message, like `a number from 0 to 2`. */
export function limitText({ least, most, whole }: Limit): string {
  return `${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`;
}
