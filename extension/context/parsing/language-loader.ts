import { readFile } from 'node:fs/promises';
import { Language as Grammar, Parser, Query, type Tree } from 'web-tree-sitter';
import type { Language } from './languages.ts';

/** A language that is ready to parse. */
export interface LoadedLanguage {
  readonly language: Language;
  readonly query: Query;
  /** ERROR and MISSING nodes. */
  readonly errors: Query;
  /** Parses, reusing the edited former tree where possible; undefined when it takes too many steps. */
  parse(text: string, former?: Tree): Tree | undefined;
}

/**
 * Steps of the parser, about 100 operations each, before it gives up. The densest sources that are indexed (1 MB) take
 * 20,000. Counted, not timed: whether a text can be read does not depend on how busy the machine is.
 */
const parseStepsMax = 40_000;

/** Loads grammars on first use. `files` has their paths by name. */
export class LanguageLoader {
  readonly #runtime: string;
  readonly #files: Readonly<Record<string, string>>;
  readonly #loaded = new Map<string, Promise<LoadedLanguage>>();
  #started: Promise<void> | undefined;

  constructor(runtime: string, files: Readonly<Record<string, string>>) {
    this.#runtime = runtime;
    this.#files = files;
  }

  load(language: Language): Promise<LoadedLanguage> {
    let loaded = this.#loaded.get(language.grammar);
    if (loaded === undefined) {
      loaded = this.#load(language);
      this.#loaded.set(language.grammar, loaded);
    }
    return loaded;
  }

  async #load(language: Language): Promise<LoadedLanguage> {
    this.#started ??= Parser.init({ locateFile: () => this.#runtime });
    await this.#started;
    const file = this.#files[language.grammar];
    if (file === undefined) throw new Error(`The grammar ${language.grammar} is not packaged.`);
    const grammar = await Grammar.load(new Uint8Array(await readFile(file)));
    const parser = new Parser();
    parser.setLanguage(grammar);
    return {
      language,
      query: new Query(grammar, language.query),
      errors: new Query(grammar, '(ERROR) @error (MISSING) @missing'),
      parse(text, former) {
        let steps = 0;
        const tree = parser.parse(withoutMacros(text, language.macros), former, {
          progressCallback: () => ++steps > parseStepsMax,
        });
        if (tree === null) parser.reset();
        return tree ?? undefined;
      },
    };
  }
}

/** The text at the same offsets, with spaces for macros. */
function withoutMacros(text: string, macros: RegExp | undefined): string {
  if (macros === undefined) return text;
  return text.replace(macros, (found, kept: string | undefined) => (kept ?? '').padEnd(found.length));
}
