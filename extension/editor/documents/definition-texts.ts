import type { SourceIndex } from '../../workspace/source-index.ts';
import type { EditorFiles } from './files.ts';
import type { DefinitionLookup } from '../../rewrite/gather-surroundings.ts';
import * as vscode from 'vscode';

/** A name with more definitions is a common word, and none of them is worth showing. */
const placesMax = 5;

/** Finds the texts of definitions in the workspace. Unsaved text counts. */
export function definitionTexts(index: SourceIndex, files: EditorFiles): DefinitionLookup {
  return {
    async definitionsOf(name, uri) {
      const own = vscode.Uri.parse(uri).fsPath;
      const places = index.definitionsOf(name).filter(({ file }) => file.path !== own && !file.isTest);
      if (places.length > placesMax) return [];
      const found = await Promise.all(
        places.map(async ({ file, definition }) => {
          const content = await files.read(file.path);
          return content?.kind === 'text'
            ? [
                {
                  path: files.relative(file.path),
                  text: content.text
                    .split(/\r?\n/)
                    .slice(definition.line - 1, definition.endLine)
                    .join('\n'),
                },
              ]
            : [];
        }),
      );
      return found.flat();
    },
  };
}
