/** Nouns that a placeholder may name. */
const parts =
  'code|file|class|method|methods|function|functions|implementation|implementations|component|module|script|' +
  'content|contents|body|logic|tests|imports|definitions|lines|program|document';
const left = '(?:is |are |remains? |stays? |goes )?(?:the same|unchanged|as before|as is|here|omitted)';
/** Words beside an ellipsis that make it a placeholder. */
const dotted = /\b(?:existing|rest|remaining|remainder|unchanged|previous|same|omitted|as before|other)\b/i;
const restOf = new RegExp(
  `^(?:the )?(?:rest|remainder) of (?:the |this |your )?(?:\\w+ )?(?:${parts})(?: ${left})?$`,
  'i',
);
const existing = new RegExp(`^(?:keep )?(?:the )?existing (?:${parts})(?: ${left})?$`, 'i');
const unchanged = new RegExp(`^(?:the )?(?:remaining|previous|other|same) (?:${parts}) ${left}$`, 'i');
/** A placeholder in brackets or before an ellipsis; a heading elsewhere. */
const several = new RegExp(`^(?:the )?(?:remaining|previous|other|same|unchanged) (?:${parts})(?: ${left})?$`, 'i');

/** Longer lines are sentences, not placeholders. */
const lengthMax = 100;
const wordsMax = 8;

/** Prose shows these lines in examples. */
const prose = /\.(?:md|mdx|markdown|txt|rst|adoc)$/i;

/**
 * The first line of a new text that stands for code which was left out, such as `// ... existing code ...`. Lines that
 * are in `before`, the text it replaces, are no placeholders. Undefined if there is none, or the file holds prose.
 */
export function elisionIn(text: string, before: string, name: string): string | undefined {
  if (prose.test(name)) return undefined;
  const known = new Set(before.split(/\r\n|\r|\n/).map((line) => line.trim()));
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .find((line) => line.length <= lengthMax && isElision(line) && !known.has(line));
}

function isElision(line: string): boolean {
  const comment = commentIn(line);
  const bracketed = /^[([<](.*)[)\]>]$/.exec(comment ?? line)?.[1]?.trim();
  if (bracketed !== undefined && isSpread(bracketed)) return false;
  const words = bracketed ?? comment ?? line;
  const bare = words.replace(/^(?:\.{3,}|…)\s*|\s*(?:\.{3,}|…|\.)$/g, '').trim();
  const begins = /^(?:\.{3,}|…)/.test(words);
  const ends = /(?:\.{3,}|…)$/.test(words);
  const named = restOf.test(bare) || existing.test(bare) || unchanged.test(bare);
  // Code may begin with dots: without a comment both ends have them, or the words are one of the phrases.
  if (comment === undefined && bracketed === undefined) return begins && (named || (ends && dotted.test(bare)));
  if (named) return true;
  if (begins && dotted.test(bare)) return bare.split(/\s+/).length <= wordsMax;
  return (ends || bracketed !== undefined) && several.test(bare);
}

/** The words of a line that is a comment; undefined for other lines. */
function commentIn(line: string): string | undefined {
  const start = /^(?:\/\/+|#+|--+|;+|%+|\{?\/\*+|<!--|\*|"""|''')\s*/.exec(line)?.[0];
  return start === undefined
    ? undefined
    : line
        .slice(start.length)
        .replace(/(?:\*+\/\}?|-->|"""|''')$/, '')
        .trim();
}

/** `[...rest]`, `(...other)`: code. */
function isSpread(words: string): boolean {
  return /^\.{3}\w/.test(words);
}
