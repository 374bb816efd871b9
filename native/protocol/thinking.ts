/** How much a model thinks before it answers. `on`: as much as it wants. */
export const thinkingLevels = ['off', 'on', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ThinkingLevel = (typeof thinkingLevels)[number];

/** A level, or what the model does of its own accord. */
export type ThinkingChoice = ThinkingLevel | 'default';

/** Tokens that the thoughts of one reply may have; undefined: as many as the context has room for. */
export const thinkingBudgets: Readonly<Record<ThinkingChoice, number | undefined>> = {
  default: undefined,
  off: 0,
  on: undefined,
  low: 1_024,
  medium: 4_096,
  high: 16_384,
  xhigh: 32_768,
  max: undefined,
};

/** What can be chosen for a loaded model. */
export interface ModelThinking {
  /** It never thinks, its template switches thoughts on and off, or names levels, or it always thinks. */
  readonly kind: 'none' | 'switch' | 'levels' | 'always';
  /** From least to most. A level that the template does not know bounds the thoughts by its budget only. */
  readonly levels: readonly ThinkingLevel[];
}
