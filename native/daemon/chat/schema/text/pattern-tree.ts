import type { CharacterSet } from './character-set.ts';

/** A regular expression that was read: what it looks for in a text. */
export type Pattern =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly parts: readonly Pattern[] }
  | {
      readonly kind: 'repeat';
      readonly part: Pattern;
      readonly min: number;
      readonly max: number | undefined;
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'ahead';
      readonly part: Pattern;
      readonly negated: boolean;
    };

/** Whether the pattern matches a text without a character. Anchors and lookaheads count as if they matched. */
export function matchesNothing(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'set':
      return false;
    case 'sequence':
      return pattern.parts.every(matchesNothing);
    case 'choice':
      return pattern.parts.some(matchesNothing);
    case 'repeat':
      return pattern.min === 0 || matchesNothing(pattern.part);
    default:
      return true;
  }
}
