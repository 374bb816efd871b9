import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSource, sourceFiles } from './source-files.ts';

const code = sourceFiles(/\.(ts|mjs|h|cpp|css)$/);
const banned = /^(utils?|helpers?|common|types|constants|misc|index)$|-(manager|coordinator|service|impl|v2|new)$/;
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
