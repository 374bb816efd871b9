import type { Definition } from '../../../extension/workspace/definitions.ts';
import { grammarFilesByName, type GrammarFiles } from '../../../extension/context/grammar-files.ts';
import { LanguageLoader } from '../../../extension/context/parsing/language-loader.ts';
import { languageOfFile, languages } from '../../../extension/context/parsing/languages.ts';
import { readDefinitions } from '../../../extension/context/parsing/syntax-reader.ts';

/** Reads definitions in this thread, with all grammars loaded. */
export async function loadDefinitionReader(
  files: GrammarFiles,
): Promise<{ knows(file: string): boolean; read(file: string, text: string): readonly Definition[] }> {
  const loader = new LanguageLoader(files.runtime, grammarFilesByName(files));
  const loaded = new Map(
    await Promise.all(languages.map(async (language) => [language, await loader.load(language)] as const)),
  );
  const of = (file: string) => {
    const language = languageOfFile(file);
    return language && loaded.get(language);
  };
  return {
    knows: (file) => of(file) !== undefined,
    read(file, text) {
      const language = of(file);
      const tree = language?.parse(text);
      if (language === undefined || tree === undefined) return [];
      try {
        return readDefinitions({ text, tree }, language);
      } finally {
        tree.delete();
      }
    },
  };
}
