import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { refactors, refusal } from '../../rewrite/refactor-table.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { definitionAround } from '../../rewrite/rewrite-target.ts';
import { nameMessages, readNames } from '../../rewrite/symbol-names.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { textAt } from '../documents/active-editor.ts';
import { definitionOf } from '../documents/rename.ts';

/** A symbol to rename. */
export interface RenamedSymbol {
  readonly name: string;
  /** Where the rename starts: the definition if it has the same name. */
  readonly at: vscode.Location;
  /** The code that defines it. */
  readonly code: string;
  readonly kind: string;
  readonly language: string;
  /** Names that are in use near the definition, its own included. */
  readonly taken: ReadonlySet<string>;
}

const nameTokens = 60;
/**
 * A language server that is still loading the project only finds the import of a symbol: it is asked again until then.
 */
const patience = { most: 4000, pause: 500 };

/** The symbol at a place, as the language server and the parser know it. */
export async function symbolAt(
  syntax: Syntax,
  document: vscode.TextDocument,
  here: vscode.Range,
): Promise<RenamedSymbol> {
  const name = document.getText(here);
  const { at, home } = await definition(syntax, document, here.start);
  const word = home.getWordRangeAtPosition(at.range.start) ?? at.range;
  const homeName = home.getText(word);
  const text = textAt(home, word);
  const node = await definitionAround(syntax, text);
  const code =
    node === undefined
      ? home.lineAt(word.start.line).text.trim()
      : home.getText(new vscode.Range(home.positionAt(node.from), home.positionAt(node.to)));
  const near = syntax.knows(home.languageId) ? await syntax.names(home.languageId, text.text, 0, text.text.length) : [];
  return {
    name,
    // An import may give it another name: then only that name changes.
    at: homeName === name ? new vscode.Location(at.uri, word) : new vscode.Location(document.uri, here),
    code,
    kind: node?.name === homeName ? node.kind : 'variable',
    language: home.languageId,
    taken: new Set([...near, name]),
  };
}

/** Names that the model suggests, best first; or a sentence that says why there are none. */
export async function suggestedNames(
  { oneShot }: Rewriter,
  { name, code, kind, language, taken }: RenamedSymbol,
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const model = await oneShot.facts(signal);
  const isFunction = kind === 'function' || kind === 'method';
  const needs = isFunction ? refactors.renameWithMeaning.needs : 'full';
  const refused = refusal({ needs, edits: true }, model, language);
  if (refused !== undefined) return refused;
  const messages = nameMessages({ kind: isFunction ? 'function' : kind, name, code, language }, model.profile);
  return readNames(await oneShot.run('name', messages, { maxTokens: nameTokens, signal }), taken);
}

/** Where the symbol is defined, and that document. */
async function definition(
  syntax: Syntax,
  document: vscode.TextDocument,
  place: vscode.Position,
): Promise<{ readonly at: vscode.Location; readonly home: vscode.TextDocument }> {
  let at = new vscode.Location(document.uri, place);
  for (let waited = 0; ; waited += patience.pause) {
    const { start } = at.range;
    at = await definitionOf({ absolute: at.uri.fsPath, line: start.line, character: start.character });
    const home = await vscode.workspace.openTextDocument(at.uri);
    const offset = home.offsetAt(at.range.start);
    const imports = syntax.knows(home.languageId) ? await syntax.imports(home.languageId, home.getText()) : [];
    if (waited >= patience.most || !imports.some(({ from, to }) => from <= offset && offset < to)) return { at, home };
    await delay(patience.pause);
  }
}
