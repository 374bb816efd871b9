import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsIn, linksIn, tableBelow } from './markdown.ts';
import { readSource, root, sourceFiles } from './source-files.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string; readonly when: string }[] };
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly mac?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

const docs = [
  'README.md',
  'AGENTS.md',
  'CHANGELOG.md',
  'NOTICE.md',
  'native/models/nano.md',
  ...sourceFiles(/^docs\/.*\.md$/),
];
const files = sourceFiles(/./);
const { scripts, contributes } = JSON.parse(readSource('package.json')) as Manifest;
const english = JSON.parse(readSource('package.nls.json')) as Readonly<Record<string, string>>;
const readme = readSource('README.md');

/** What in back-quotes looks like a path of this repository, or like the name of one of its files. */
function quotedPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  return quoted.filter(
    (text) =>
      /^(native|extension|webview|test|docs|media|l10n|\.ci|\.github)\/[\w./*-]*$/.test(text) ||
      /^[\w.-]+\.(md|json|ts|mjs)$/.test(text),
  );
}

/** Whether a path or pattern names a file or folder; a name alone may stand in any folder. */
function exists(target: string): boolean {
  if (!target.includes('*'))
    return existsSync(path.join(root, target)) || files.some((file) => path.basename(file) === target);
  const pattern = target
    .replaceAll('.', '\\.')
    .replaceAll('**', '.+')
    .replaceAll(/(?<!\.)\*/g, '[^/]*');
  return files.some((file) => new RegExp(`^${pattern}$`).test(file));
}

/** Whether a link of a document leads to a file or folder, and to a heading where it names one. */
function leadsSomewhere(doc: string, target: string): boolean {
  const [name = '', anchor] = target.split('#');
  const file = name === '' ? doc : path.posix.join(path.posix.dirname(doc), name);
  return existsSync(path.join(root, file)) && (anchor === undefined || anchorsIn(readSource(file)).has(anchor));
}

/** The title of a command as the Command Palette shows it. */
function titleOf(command: string): string {
  if (command === 'editor.action.submitComment') return "Send, in the inline chat's box"; // a command of VS Code
  const title = contributes.commands.find((entry) => entry.command === command)?.title ?? '';
  return english[title.replaceAll('%', '')] ?? command;
}

/** `ctrl+alt+f5` as documents write it: `Ctrl+Alt+F5`. */
function keyText(key: string): string {
  return key
    .split('+')
    .map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`)
    .join('+');
}

function defaultText(value: unknown): string {
  if (value === '') return 'empty';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const unquoted = (cell: string | undefined): string => cell?.replaceAll('`', '') ?? '';

describe('documents', () => {
  for (const doc of docs) {
    it(`${doc} names only paths that exist`, () => {
      expect([...new Set(quotedPaths(readSource(doc)))].filter((target) => !exists(target))).toEqual([]);
    });

    it(`${doc} has only links that lead somewhere`, () => {
      const own = linksIn(readSource(doc)).filter(({ target }) => !/^[a-z]+:/.test(target));
      expect(own.filter(({ target }) => !leadsSomewhere(doc, target))).toEqual([]);
    });

    it(`${doc} names only npm scripts that exist`, () => {
      const named = [...readSource(doc).matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(
        (match) => match[1] as string,
      );
      expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    });
  }

  it('are short, and the README has a picture and the two commands near its beginning', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(170);
    const beginning = readme.slice(0, 1200);
    expect(linksIn(beginning).some(({ image }) => image)).toBe(true);
    expect(beginning).toContain('npm run demo');
    expect(beginning).toContain('npm run verify');
    expect(readSource('AGENTS.md').split('\n').length).toBeLessThanOrEqual(170);
  });
});

describe('the README', () => {
  it('lists each setting with its default', () => {
    const settings = Object.entries(contributes.configuration.properties).map(
      ([name, setting]) => `${name} = ${defaultText(setting.default)}`,
    );
    const listed = tableBelow(readme, 'Settings').map(([name, value]) => `${unquoted(name)} = ${unquoted(value)}`);
    expect(listed.sort()).toEqual(settings.sort());
  });

  it('lists each command of the Command Palette by its title', () => {
    const hidden = contributes.menus.commandPalette
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    const titles = contributes.commands
      .filter(({ command }) => !hidden.includes(command))
      .map(({ command }) => titleOf(command));
    const listed = tableBelow(readme, 'Commands').flatMap(([cell = '']) =>
      [...cell.matchAll(/\*\*(.+?)\*\*/g)].map((match) => match[1]),
    );
    expect(listed.sort()).toEqual(titles.sort());
  });

  it('lists each key, for macOS too, with the title of its command', () => {
    const keys = contributes.keybindings.map(
      ({ command, key, mac = key }) => `${keyText(key)}, ${keyText(mac)}: ${titleOf(command)}`,
    );
    const listed = tableBelow(readme, 'Keys').map(
      ([key, mac, title]) => `${unquoted(key)}, ${unquoted(mac)}: ${title}`,
    );
    expect(listed.sort()).toEqual([...new Set(keys)].sort());
  });
});
