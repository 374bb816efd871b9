import type { Language } from './languages.ts';
import type { PackedFacts, PackedFile, SkipReason } from './thread-messages.ts';

const encoder = new TextEncoder();

/** A file of which nothing is known but that it was left out. */
export function skippedFile(file: string, language: Language, skipped: SkipReason): PackedFile {
  return pack(
    file,
    { language: language.grammar, tests: false, imports: [], defined: [], names: [], counts: [], skipped },
    '[]',
  );
}

/** `definitions`: as JSON. */
export function pack(file: string, facts: PackedFacts, definitions: string): PackedFile {
  return { path: file, facts: JSON.stringify(facts), definitions: encoder.encode(definitions) };
}
