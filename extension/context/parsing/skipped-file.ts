import type { Language } from './languages.ts';
import type { PackedFacts, PackedFile, SkipReason } from './thread-messages.ts';

const encoder = new TextEncoder();

/** The entry of a file that is not indexed, with the reason. */
export function skippedFile(file: string, language: Language, skipped: SkipReason): PackedFile {
  return pack(
    file,
    { language: language.grammar, tests: false, imports: [], defined: [], names: [], counts: [], skipped },
    '[]',
  );
}

/** `definitions` is JSON. */
export function pack(file: string, facts: PackedFacts, definitions: string): PackedFile {
  return { path: file, facts: JSON.stringify(facts), definitions: encoder.encode(definitions) };
}
