import { describe, expect, it } from 'vitest';
import { panelStrings } from '../../webview/strings.ts';
import { readSource, sourceFiles } from './source-files.ts';

interface Command {
  readonly command: string;
  readonly title?: string;
  readonly category?: string;
}
interface Setting {
  readonly scope?: string;
  readonly markdownDescription?: string;
  readonly default?: unknown;
}
interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly main: string;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: unknown };
    readonly virtualWorkspaces: { readonly supported: unknown };
  };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly submenu?: string }[]>>;
    readonly submenus?: readonly { readonly id: string; readonly label: string }[];
    readonly keybindings: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

const text = readSource('package.json');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const sources = sourceFiles(/^extension\/.*\.ts$/);

/** Menus of VS Code that need no proposed API. */
const stableMenus = new Set([
  'commandPalette',
  'editor/title',
  'editor/title/run',
  'editor/title/context',
  'editor/context',
  'editor/context/copy',
  'editor/lineNumber/context',
  'explorer/context',
  'scm/title',
  'scm/sourceControl',
  'scm/repository',
  'scm/resourceGroup/context',
  'scm/resourceFolder/context',
  'scm/resourceState/context',
  'scm/change/title',
  'terminal/context',
  'terminal/title/context',
  'view/title',
  'view/item/context',
  'comments/commentThread/title',
  'comments/commentThread/context',
  'comments/comment/title',
  'comments/comment/context',
  'testing/item/context',
  'testing/item/gutter',
  'testing/item/result',
  'testing/message/context',
  'testing/message/content',
  'extension/context',
  'timeline/title',
  'timeline/item/context',
  'webview/context',
  'file/newFile',
]);
/** Commands of VS Code itself that our menus and keys use. */
const editorCommands = new Set<string>(['editor.action.submitComment']);
/** What decides about programs and permissions: a repository's own settings must not. */
const guarded = [
  'model',
  'models',
  'contextTokens',
  'mode',
  'permission.rules',
  'engine.address',
  'engine.model',
  'threads',
  'hubEndpoint',
  'offerTools',
  'nodePath',
  'stateDirectory',
];

describe('the manifest', () => {
  it('uses stable API only', () => {
    expect(text).not.toMatch(/enabledApiProposals/);
    const submenus = (contributes.submenus ?? []).map(({ id }) => id);
    expect(Object.keys(contributes.menus).filter((menu) => !stableMenus.has(menu) && !submenus.includes(menu))).toEqual(
      [],
    );
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
    const loose = sources.filter((file) => /vscode\s+as\s+(any|unknown)|vscode\.proposed/.test(readSource(file)));
    expect(loose).toEqual([]);
  });

  it('starts when it is used, runs where the files are, and says what it needs of a workspace', () => {
    expect(manifest.activationEvents.filter((event) => event === '*' || event === 'onStartupFinished')).toEqual([]);
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
    expect(manifest.main).toBe('./dist/extension.cjs');
  });

  it('names commands that exist, each with a title', () => {
    const registered = sources
      .flatMap((file) =>
        [...readSource(file).matchAll(/\bcommand\(\s*'(\w+)'/g)].map((match) => `moonwright.${match[1]}`),
      )
      .sort();
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual(registered);
    expect(
      contributes.commands.filter(
        ({ title, category }) => !title?.startsWith('%command.') || category !== 'Moonwright',
      ),
    ).toEqual([]);
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    expect(
      used.filter((command) => command !== undefined && !registered.includes(command) && !editorCommands.has(command)),
    ).toEqual([]);
    const submenus = (contributes.submenus ?? []).map(({ id }) => id);
    expect(
      Object.values(contributes.menus)
        .flat()
        .flatMap(({ submenu }) => submenu ?? [])
        .filter((submenu) => !submenus.includes(submenu)),
    ).toEqual([]);
    const called = sources.flatMap((file) =>
      [...readSource(file).matchAll(/'(moonwright\.\w+)'/g)].map((match) => match[1] as string),
    );
    const views = Object.values(contributes.views)
      .flat()
      .map(({ id }) => id);
    expect(
      called.filter(
        (name) =>
          !registered.includes(name) &&
          !views.includes(name) &&
          !submenus.includes(name) &&
          name !== 'moonwright.model',
      ),
    ).toEqual([]);
  });

  it('keeps what a workspace must not decide out of its settings', () => {
    const open = guarded.filter(
      (name) =>
        !['machine', 'application'].includes(contributes.configuration.properties[`moonwright.${name}`]?.scope ?? ''),
    );
    expect(open).toEqual([]);
  });

  it('describes every setting that is read, and no other', () => {
    const source = readSource('extension/editor/window/settings.ts');
    const read = [...source.matchAll(/(?:#texts?|#number|get<unknown>)\('([\w.]+)'\)/g)].map(
      (match) => `moonwright.${match[1]}`,
    );
    expect(Object.keys(contributes.configuration.properties).sort()).toEqual([...new Set(read)].sort());
  });
});

describe('texts', () => {
  const english = JSON.parse(readSource('package.nls.json')) as Record<string, string>;
  const chinese = JSON.parse(readSource('package.nls.zh-cn.json')) as Record<string, string>;
  const bundle = JSON.parse(readSource('l10n/bundle.l10n.zh-cn.json')) as Record<string, string>;

  it('of the manifest are there in both languages, and all are used', () => {
    const used = [...text.matchAll(/%([\w.]+)%/g)].map((match) => match[1] as string);
    expect([...new Set(used)].sort()).toEqual(Object.keys(english).sort());
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it('of the extension and the panel are there in Chinese, and none is left over', () => {
    const literal = /\b(?:l10n\.t|translate)\(\s*(['"])((?:(?!\1)[^\\]|\\.)*)\1/g;
    const said = sources.flatMap((file) =>
      [...readSource(file).matchAll(literal)].map((match) => (match[2] as string).replace(/\\(['"])/g, '$1')),
    );
    expect(Object.keys(bundle).sort()).toEqual([...new Set([...said, ...Object.values(panelStrings)])].sort());
  });

  it('are said with a literal, so that they can be translated', () => {
    const computed = sources.flatMap((file) =>
      [...readSource(file).matchAll(/\b(?:l10n\.t|translate)\((?!english: string)(?!\s*['"])[^),]*/g)].map(
        (match) => `${file}: ${match[0]}`,
      ),
    );
    expect([...new Set(computed)]).toEqual(['extension/main.ts: l10n.t(english']); // the translator itself
  });

  it('keep their values in translation', () => {
    const values = (sentence: string) => [...new Set(sentence.match(/\{\d\}/g) ?? [])].sort().join();
    expect(Object.entries(bundle).filter(([key, translated]) => values(key) !== values(translated))).toEqual([]);
  });
});
