import path from 'node:path';
import { grammarFilesByName } from '../../../extension/context/grammar-files.ts';
import { grammarsOfPackages } from './package-grammars.ts';
import { LanguageLoader } from '../../../extension/context/parsing/language-loader.ts';
import { languageOf } from '../../../extension/context/parsing/languages.ts';
import {
  countErrors,
  readDefinitions,
  readEnclosing,
  readImports,
  readNames,
} from '../../../extension/context/parsing/syntax-reader.ts';
import { readUnbound } from '../../../extension/context/parsing/unbound-names.ts';
import type { ParsedText } from '../../../extension/context/parsing/tree-cache.ts';
import type { LoadedLanguage } from '../../../extension/context/parsing/language-loader.ts';
import type { Syntax } from '../../../extension/workspace/syntax.ts';

/** The real reader of texts, in this thread. */
export function realSyntax(): Syntax {
  const grammars = grammarsOfPackages(path.resolve(import.meta.dirname, '../../..'));
  const loader = new LanguageLoader(grammars.runtime, grammarFilesByName(grammars));
  const read = async <T>(
    name: string,
    text: string,
    otherwise: T,
    look: (parsed: ParsedText, language: LoadedLanguage) => T,
  ): Promise<T> => {
    const language = languageOf(name);
    if (language === undefined) return otherwise;
    const loaded = await loader.load(language);
    const tree = loaded.parse(text);
    if (tree === undefined) return otherwise;
    try {
      return look({ text, tree }, loaded);
    } finally {
      tree.delete();
    }
  };
  return {
    knows: (language) => languageOf(language) !== undefined,
    errors: (language, text) => read(language, text, 0, countErrors),
    definitions: (language, text) => read(language, text, [], readDefinitions),
    imports: (language, text) => read(language, text, [], readImports),
    enclosing: (language, text, from, to) =>
      read(language, text, undefined, (parsed, loaded) => readEnclosing(parsed, loaded, from, to)),
    names: (language, text, from, to) =>
      read(language, text, [], (parsed, loaded) => readNames(parsed, loaded, from, to)),
    unbound: (language, text, from, to) =>
      read(language, text, [], (parsed, loaded) => readUnbound(parsed, loaded, from, to)),
  };
}
