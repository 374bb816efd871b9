import type { RewriteSurroundings } from './rewrite-prompt.ts';
import type { Syntax, SyntaxNode } from '../workspace/syntax.ts';
import type { Span } from '../workspace/span.ts';
import { neighbours } from './edit-target.ts';

/** Finds definitions in other files. */
export interface DefinitionLookup {
  /** The texts of the definitions of a name, nearest first, without those in `uri`. */
  definitionsOf(name: string, uri: string): Promise<readonly { readonly path: string; readonly text: string }[]>;
}

interface CodePlace {
  readonly uri: string;
  readonly path: string;
  readonly language: string;
  readonly text: string;
  readonly span: Span;
}

const neighbourLength = 1500;
const enclosingMax = 6000;
const definitionsMax = 6;
const definitionMax = 1500;
/** Names that are looked up, in the order of their use. */
const namesMax = 30;

/** For larger models: the code around a span, its imports, the definitions it uses and its problems. */
export async function gatherSurroundings(
  syntax: Syntax,
  lookup: DefinitionLookup,
  place: CodePlace,
  problems: RewriteSurroundings['problems'],
): Promise<RewriteSurroundings> {
  const { language, text, span } = place;
  const around = neighbours(text, span, neighbourLength);
  if (!syntax.knows(language)) return { ...around, imports: [], definitions: [], problems };
  const imports = (await syntax.imports(language, text))
    .filter(({ from, to }) => to <= span.from || from >= span.to)
    .map((part) => part.text);
  const enclosing = await enclosingText(syntax, place);
  return {
    ...around,
    ...(enclosing !== undefined && { enclosing }),
    imports,
    definitions: await usedDefinitions(syntax, lookup, place),
    problems,
  };
}

/** The smallest definition that is larger than the span; undefined if there is none, or it is very long. */
async function enclosingText(syntax: Syntax, { language, text, span }: CodePlace): Promise<string | undefined> {
  let node: SyntaxNode | undefined = await syntax.enclosing(language, text, span.from, span.to);
  while (node !== undefined && (node.kind === 'statement' || (node.from >= span.from && node.to <= span.to)))
    node = node.outer;
  if (node === undefined || node.to - node.from > enclosingMax) return undefined;
  return text.slice(node.from, node.to).replace(/\r/g, '');
}

/** The definitions that the code uses, in its file or others. */
async function usedDefinitions(
  syntax: Syntax,
  lookup: DefinitionLookup,
  { uri, path, language, text, span }: CodePlace,
): Promise<RewriteSurroundings['definitions']> {
  const names = (await syntax.names(language, text, span.from, span.to)).slice(0, namesMax);
  const own = (await syntax.definitions(language, text)).filter(({ topLevel }) => topLevel);
  const lines = text.replace(/\r/g, '').split('\n');
  const [first, last] = [text.slice(0, span.from).split('\n').length, text.slice(0, span.to).split('\n').length];
  const found: { path: string; text: string }[] = [];
  for (const name of names) {
    if (found.length >= definitionsMax) break;
    const here = own.find((definition) => definition.name === name);
    if (here !== undefined) {
      // Only definitions outside of the span: the span itself is sent anyway.
      if (here.endLine < first || here.line > last)
        found.push({ path, text: clipped(lines.slice(here.line - 1, here.endLine).join('\n')) });
      continue;
    }
    const [nearest] = await lookup.definitionsOf(name, uri);
    if (nearest !== undefined) found.push({ path: nearest.path, text: clipped(nearest.text) });
  }
  return found;
}

/** Cuts long definitions. */
function clipped(text: string): string {
  return text.length <= definitionMax ? text : `${text.slice(0, text.lastIndexOf('\n', definitionMax))}\n…`;
}
