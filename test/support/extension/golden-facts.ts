import type { FileFacts } from '../../../extension/context/parsing/file-facts.ts';

/** Facts as in the golden files, one per line; `*` marks a definition at the top level of its file. */
export function factsText({ definitions, names, counts, imports, tests }: FileFacts): string {
  const lines = definitions.map(({ line, endLine, kind, topLevel, name, parameters, signature, doc }) => {
    const taken = parameters === undefined ? '' : `(${parameters.join(', ')})`;
    const head = `${line}-${endLine} ${kind}${topLevel ? '*' : ''} ${name}${taken} | ${signature}`;
    return doc === undefined ? head : `${head} | ${doc}`;
  });
  const uses = names.map((name, at) => `${name}${counts[at] === 1 ? '' : `:${counts[at]}`}`).sort();
  const all = [...lines, `uses ${uses.join(' ')}`, `imports ${imports.join(', ')}`, ...(tests ? ['tests'] : [])];
  return `${all.map((line) => line.trimEnd()).join('\n')}\n`;
}
