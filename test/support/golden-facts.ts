import type { FileFacts } from '../../extension/context/parsing/file-facts.ts';

/** Facts as the golden files have them, one a line; `*` marks what stands at the top of its file. */
export function factsText({ definitions, names, counts, imports, tests }: FileFacts): string {
  const lines = definitions.map(
    ({ line, endLine, kind, topLevel, name, parameters, signature, doc }) =>
      `${line}-${endLine} ${kind}${topLevel ? '*' : ''} ${name}${parameters === undefined ? '' : `(${parameters.join(', ')})`} | ${signature}${doc === undefined ? '' : ` | ${doc}`}`,
  );
  const uses = names.map((name, at) => `${name}${counts[at] === 1 ? '' : `:${counts[at]}`}`).sort();
  return `${[...lines, `uses ${uses.join(' ')}`, `imports ${imports.join(', ')}`, ...(tests ? ['tests'] : [])].map((line) => line.trimEnd()).join('\n')}\n`;
}
