import { fitScore, type MentionKind, type MentionName } from './mention-kind.ts';

export interface WordMentionParts {
  /** The text next to it in the list; undefined when there is nothing to mention now. */
  readonly detail: () => string | undefined;
  readonly words: () => string;
  readonly full: () => Promise<string>;
  readonly short: () => Promise<string>;
  readonly path?: () => string | undefined;
  readonly secret?: () => Promise<boolean>;
}

/** A mention that is one word: `@problems`. */
export function wordMention(
  name: MentionName,
  { detail, words, full, short, path, secret }: WordMentionParts,
): MentionKind {
  return {
    name,
    async suggest(query) {
      const score = fitScore(name, query.toLowerCase());
      const said = detail();
      if (said === undefined || (score < 4 && query !== '')) return [];
      return [{ kind: name, label: `@${name}`, detail: said, insert: `@${name}`, score: score + 0.75 }];
    },
    async find(word) {
      if (word !== name) return undefined;
      const about = path?.();
      return {
        kind: name,
        label: `@${name}`,
        words: words(),
        full,
        short,
        secret: (await secret?.()) ?? false,
        ...(about !== undefined && { path: about }),
      };
    },
  };
}
