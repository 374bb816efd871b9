import type { RewriteSurroundings } from './rewrite-prompt.ts';
import type { Syntax, SyntaxNode } from '../workspace/syntax.ts';
import type { Span } from '../workspace/span.ts';
import { neighbours } from './edit-target.ts';

/** Where definitions of other files are found. */
export interface DefinitionLookup {
  /** Text of the definitions of that name, nearest first, without those in `uri` itself. */
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
/** Names that are looked up; what is used first in the code comes first. */
const namesMax = 30;

/** What larger models are told of the code besides the code: what is around it, imported, used and wrong. */
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
  const enclosing = await definitionAround(syntax, place);
  return {
    ...around,
    ...(enclosing !== undefined && { enclosing }),
    imports,
    definitions: await usedDefinitions(syntax, lookup, place),
    problems,
  };
}

/** The text of the smallest definition that is larger than the code; none where the neighbouring lines show it anyway. */
async function definitionAround(syntax: Syntax, { language, text, span }: CodePlace): Promise<string | undefined> {
  let node: SyntaxNode | undefined = await syntax.enclosing(language, text, span.from, span.to);
  while (node !== undefined && (node.kind === 'statement' || (node.from >= span.from && node.to <= span.to)))
    node = node.outer;
  if (node === undefined || node.to - node.from > enclosingMax) return undefined;
  return text.slice(node.from, node.to).replace(/\r/g, '');
}

/** Definitions that the code uses: those of the file first, then other files'. */
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
      // The code itself, and what stands around it anyway, need no repeating.
      if (here.endLine < first || here.line > last)
        found.push({ path, text: clipped(lines.slice(here.line - 1, here.endLine).join('\n')) });
      continue;
    }
    const [nearest] = await lookup.definitionsOf(name, uri);
    if (nearest !== undefined) found.push({ path: nearest.path, text: clipped(nearest.text) });
  }
  return found;
}

/** The beginning of a long definition. */
function clipped(text: string): string {
  return text.length <= definitionMax ? text : `${text.slice(0, text.lastIndexOf('\n', definitionMax))}\n…`;
}
