import type { JsonValue } from '../../protocol/chat.ts';
import { WrittenNumber } from './jinja/written-numbers.ts';
import type { SpecialTokenMatcher } from './special-token-matcher.ts';

// Unicode noncharacters: not meant for exchanged text. Content that has them is escaped.
export const mark = '\uFDD0'; // breaks the text of a special token, then is dropped
export const cut = '\uFDD1'; // the same, and also splits the text for the tokenizer
const escape = '\uFDD2';
const escapes: Readonly<Record<string, string>> = {
  [mark]: `${escape}\uFDD3`,
  [cut]: `${escape}\uFDD4`,
  [escape]: `${escape}\uFDD5`,
};
const escaped: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(escapes).map(([raw, coded]) => [coded, raw]),
);

/**
 * Breaks the texts of special tokens in content before it enters a template, and finds the content again in what the
 * template wrote. Knows only the texts of the tokens, so that a thread can have one of its own.
 */
export class ContentGuard {
  readonly #matcher: SpecialTokenMatcher;

  constructor(matcher: SpecialTokenMatcher) {
    this.#matcher = matcher;
  }

  /** Guarded content, safe to pass to a template. */
  guard(content: string): string {
    const breaks = this.#matcher.breaks(content);
    let guarded = '';
    let from = 0;
    for (const { at, cut: needsCut } of breaks) {
      guarded += escapeMarks(content.slice(from, at)) + (needsCut ? cut : mark);
      from = at;
    }
    return guarded + escapeMarks(from === 0 ? content : content.slice(from));
  }

  /** The same for every string in a JSON value, object keys included. */
  guardValue(value: JsonValue): JsonValue {
    return this.#guardJson(value, (key, item) => [this.guard(key), this.guardValue(item)]);
  }

  /** The same for a JSON Schema. Its keywords stay as they are, so that a template finds them. */
  guardSchema(value: JsonValue): JsonValue {
    return this.#guardJson(value, (key, item) => {
      const names = namingKeywords.has(key) && typeof item === 'object' && item !== null;
      const guarded = names
        ? this.#guardJson(item, (name, schema) => [this.guard(name), this.guardSchema(schema)])
        : this.guardSchema(item);
      return [/^[\w$-]+$/.test(key) ? key : this.guard(key), guarded];
    });
  }

  /** Guarded text without its marks and escapes: the text that was guarded. */
  plain(text: string): string {
    return /[\uFDD0-\uFDD2]/.test(text)
      ? text.replace(/[\uFDD0\uFDD1]|\uFDD2[\uFDD3-\uFDD5]/g, (coded) => escaped[coded] ?? '')
      : text;
  }

  /** The largest offset <= `at` that is not inside a special token's text. */
  outsideSpecial(text: string, at: number): number {
    for (let start = Math.max(0, at - 1); start >= 0 && at - start < 64; start--) {
      const match = this.#matcher.matchAt(text, start);
      if (match !== undefined && start + match.length > at) return start;
    }
    return at;
  }

  #guardJson(value: JsonValue, entry: (key: string, item: JsonValue) => [string, JsonValue]): JsonValue {
    if (typeof value === 'string') return this.guard(value);
    if (value === null || typeof value !== 'object' || value instanceof WrittenNumber) return value;
    if (isList(value)) return value.map((item) => this.#guardJson(item, entry));
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [entry(key, item)])),
    );
  }
}

const namingKeywords = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function escapeMarks(text: string): string {
  return /[\uFDD0-\uFDD2]/.test(text) ? text.replace(/[\uFDD0-\uFDD2]/g, (raw) => escapes[raw] ?? raw) : text;
}
