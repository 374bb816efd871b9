import path from 'node:path';
import {
  forEachChild,
  type Node,
  createSourceFile,
  isConditionalExpression,
  isFunctionLike,
  ScriptTarget,
} from 'typescript';
import { describe, expect, it } from 'vitest';
import { readSource, sourceFiles } from './source-files.ts';

const code = sourceFiles(/\.(ts|mjs|h|cpp|css)$/);
const banned = /^(utils?|helpers?|common|types|constants|misc|index)$|-(manager|coordinator|service|impl|v2|new)$/;
const widthMax = 120;
const folderMax = 30;
/** Sources whose width counts; test data is as wide as it is. */
const wide = sourceFiles(/\.(ts|mjs|cjs|h|cpp)$/).filter((file) => !file.startsWith('test/fixtures/'));
/** A line of a test that is one literal, with a key before it at most: data that would lose by being broken. */
const literalLine = /^\s*(?:[\w.$'-]+(?::| =) )?(['"`]|\/(?![/*]))(?:(?!\1)[^\\]|\\.)*\1[a-z]*[,;)\]]*$/;
const topLevel = new Set([
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  '.vscodeignore',
  'README.md',
  'AGENTS.md',
  'CHANGELOG.md',
  'LICENSE',
  'NOTICE.md',
  'extension',
  'webview',
  'native',
  'test',
  'l10n',
  'media',
  'docs',
  'knip.ts',
  'vitest.config.ts',
]);

describe('files', () => {
  it('have at most 400 lines, and most have at most 300', () => {
    const lines = code
      .filter((file) => !file.startsWith('test/fixtures/'))
      .map((file) => ({ file, lines: readSource(file).split('\n').length }));
    expect(lines.filter((entry) => entry.lines > 401)).toEqual([]);
    expect(lines.filter((entry) => entry.lines > 301).length / lines.length).toBeLessThan(0.1);
  });

  it('are named in kebab-case for what they hold', () => {
    const names = code
      .filter((file) => !file.startsWith('test/fixtures/'))
      .map((file) => ({ file, name: path.basename(file).replace(/\.(d\.ts|config\.ts|test\.ts|\w+)$/, '') }));
    expect(
      names
        .filter(({ name }) => banned.test(name) || !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name))
        .map(({ file }) => file),
    ).toEqual([]);
  });

  it('have no line over 120 characters, apart from addresses and literals of test data', () => {
    const hits = wide.flatMap((file) =>
      linesOf(file).flatMap((line, at) => {
        if (line.length <= widthMax || /https?:\/\//.test(line)) return [];
        return file.startsWith('test/') && literalLine.test(line) ? [] : [`${file}:${at + 1}: ${line.length}`];
      }),
    );
    expect(hits).toEqual([]);
  });

  it('have no conditional expression within another one on a single line', () => {
    expect(wide.filter((file) => /\.(h|cpp)$/.test(file)).flatMap(nestedInCpp)).toEqual([]);
    expect(wide.filter((file) => !/\.(h|cpp)$/.test(file)).flatMap(nestedInScript)).toEqual([]);
  });

  it('are at most 30 in a folder, apart from test data and the fakes of tests', () => {
    const counts = new Map<string, number>();
    for (const file of sourceFiles(/^(native|extension|webview|test)\/(?!fixtures\/|support\/)/))
      counts.set(path.dirname(file), (counts.get(path.dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > folderMax)).toEqual([]);
  });

  it('stand in the folders that the design names', () => {
    const tops = new Set(sourceFiles(/./).map((file) => file.split('/')[0] as string));
    const strange = [...tops].filter(
      (top) => !topLevel.has(top) && !top.startsWith('.') && !/^package\.nls(\.[\w-]+)?\.json$/.test(top),
    );
    expect(strange).toEqual([]);
  });

  it('hold no empty catch and no leftover notes', () => {
    const own = code.filter((file) => /^(native|extension|webview)\/.*\.ts$/.test(file));
    const hits = own.flatMap((file) =>
      readSource(file)
        .split('\n')
        .flatMap((line, at) =>
          /catch\s*(\([^)]*\))?\s*\{\s*\}|\bTODO\b|\bFIXME\b|\bXXX\b/.test(line)
            ? [`${file}:${at + 1}: ${line.trim()}`]
            : [],
        ),
    );
    expect(hits).toEqual([]);
  });
});

function linesOf(file: string): string[] {
  return readSource(file).split('\n');
}

/** `a ? b : c ? d : e` and `a ? b ? c : d : e`, by their punctuation. Returns `file:line` of each. */
function nestedInCpp(file: string): string[] {
  const nested = / \? [^?,;]* : [^?,;]* \? | \? [^?:,;]* \? /;
  return linesOf(file).flatMap((line, at) => (nested.test(line.replace(/\/\/.*/, '')) ? [`${file}:${at + 1}`] : []));
}

/** Conditional expressions that begin and end on one line and hold another one. Returns `file:line` of each. */
function nestedInScript(file: string): string[] {
  const text = readSource(file);
  if (!/ \? .* \? /.test(text)) return []; // parsing takes a while
  const source = createSourceFile(file, text, ScriptTarget.Latest);
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const hits: string[] = [];
  const visit = (node: Node): void => {
    const line = lineAt(node.getStart(source));
    if (isConditionalExpression(node) && lineAt(node.end) === line && holdsConditional(node))
      hits.push(`${file}:${line}`);
    else forEachChild(node, visit);
  };
  visit(source);
  return hits;
}

/** Whether there is a conditional expression below this node; those of functions within it do not count. */
function holdsConditional(node: Node): boolean {
  return (
    forEachChild(
      node,
      (child) => !isFunctionLike(child) && (isConditionalExpression(child) || holdsConditional(child)),
    ) === true
  );
}
