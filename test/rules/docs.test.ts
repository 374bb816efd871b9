import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSource, root, sourceFiles } from './source-files.ts';

const docs = ['README.md', 'AGENTS.md', 'CHANGELOG.md'];
const scripts = Object.keys((JSON.parse(readSource('package.json')) as { scripts: Record<string, string> }).scripts);

/** Things in back-quotes or link targets that look like a path of this repository. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  const linked = [...text.matchAll(/\]\(([^)#\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^[a-z]+:/.test(target));
  const like = quoted.filter(
    (text) =>
      /^(native|extension|webview|test|media|l10n|\.ci|\.github)\/[\w./*-]*$/.test(text) ||
      /^[\w.-]+\.(md|json|ts)$/.test(text),
  );
  return [...new Set([...like, ...linked])];
}

describe('documents', () => {
  for (const doc of docs) {
    it(`${doc} names only paths that exist`, () => {
      const files = sourceFiles(/./);
      const missing = pathsIn(readSource(doc)).filter((target) => {
        if (target.includes('*')) {
          const pattern = new RegExp(
            `^${target
              .replaceAll('.', '\\.')
              .replaceAll('**', '.+')
              .replaceAll(/(?<!\.)\*/g, '[^/]*')}$`,
          );
          return !files.some((file) => pattern.test(file));
        }
        return !existsSync(path.join(root, target)) && !files.some((file) => file.endsWith(`/${target}`));
      });
      expect(missing).toEqual([]);
    });

    it(`${doc} names only npm scripts that exist`, () => {
      const named = [...readSource(doc).matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(
        (match) => match[1] as string,
      );
      expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
    });
  }

  it('README stays short and starts with the two commands', () => {
    const text = readSource('README.md');
    expect(text.split('\n').length).toBeLessThanOrEqual(150);
    expect(text.indexOf('npm run demo')).toBeGreaterThan(0);
    expect(text.indexOf('npm run demo')).toBeLessThan(2500);
    expect(text.indexOf('npm run verify')).toBeLessThan(2500);
    expect(readSource('AGENTS.md').split('\n').length).toBeLessThanOrEqual(100);
  });
});
