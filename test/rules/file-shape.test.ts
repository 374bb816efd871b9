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
    expect(wide.flatMap((file) => wideLines(file, readSource(file)))).toEqual([]);
  });

  it('have no conditional expression within another one on a single line', () => {
    expect(wide.flatMap((file) => nestedConditionals(file, readSource(file)))).toEqual([]);
  });

  it('are caught when a line is too wide', () => {
    const literal = `const data = '${'x'.repeat(120)}';`;
    const code = `call(${'argument, '.repeat(12)}last);`;
    expect(wideLines('native/a.ts', `short();\n${literal}\n${code}`)).toEqual([
      'native/a.ts:2: 136',
      'native/a.ts:3: 131',
    ]);
    expect(
      wideLines('test/a.ts', `  ${literal.slice('const '.length)}\n// https://example.org/${'x'.repeat(120)}`),
    ).toEqual([]);
    expect(wideLines('test/a.ts', code)).toEqual(['test/a.ts:1: 131']);
  });

  it('are caught when a conditional expression is within another one', () => {
    const bad = ['let x = a ? 1 : b ? 2 : 3;', 'let x = a ? b ? 1 : 2 : 3;'];
    for (const line of bad) {
      expect(nestedConditionals('a.ts', `first();\n${line}`)).toEqual(['a.ts:2']);
      expect(nestedConditionals('a.cpp', `first();\n${line}`)).toEqual(['a.cpp:2']);
    }
    expect(nestedConditionals('a.ts', 'let x = call(`${a ? 1 : (b ? 2 : 3)}`);')).toEqual(['a.ts:1']);
    for (const line of ['let x = a ? 1 : 2; let y = b ? 3 : 4;', 'call(a ? 1 : 2, b ? 3 : 4);', 'let x = a ?? b?.c;'])
      expect([...nestedConditionals('a.ts', line), ...nestedConditionals('a.cpp', line)]).toEqual([]);
  });

  it('are at most 30 in a folder, apart from test data', () => {
    const counts = new Map<string, number>();
    for (const file of sourceFiles(/^(native|extension|webview|test)\/(?!fixtures\/)/))
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

/** The lines of a file that are too wide, as `file:line: width`. */
function wideLines(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.length <= widthMax || /https?:\/\//.test(line)) return [];
    return file.startsWith('test/') && literalLine.test(line) ? [] : [`${file}:${at + 1}: ${line.length}`];
  });
}

/** Conditional expressions on one line that hold another one, as `file:line`. */
function nestedConditionals(file: string, text: string): string[] {
  return /\.(h|cpp)$/.test(file) ? nestedInCpp(file, text) : nestedInScript(file, text);
}

/** `a ? b : c ? d : e` and `a ? b ? c : d : e`, by their punctuation. Returns `file:line` of each. */
function nestedInCpp(file: string, text: string): string[] {
  const nested = / \? [^?,;]* : [^?,;]* \? | \? [^?:,;]* \? /;
  return text.split('\n').flatMap((line, at) => (nested.test(line.replace(/\/\/.*/, '')) ? [`${file}:${at + 1}`] : []));
}

/** Conditional expressions that begin and end on one line and hold another one. Returns `file:line` of each. */
function nestedInScript(file: string, text: string): string[] {
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
