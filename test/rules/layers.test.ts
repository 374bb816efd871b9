import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSource, sourceFiles } from './source-files.ts';

interface Layer {
  /** Files it holds. */
  readonly files: RegExp;
  /** Project files they may import (relative to the root). */
  readonly project: RegExp;
  /** Packages and node: modules they may import. */
  readonly packages: RegExp;
  /** Files that may only be imported as types. */
  readonly typesOnly?: RegExp;
}

/** What the panel knows of the extension: types of what it shows. */
const panelTypes =
  'extension/(chat/item|context/answer-style|metering/[\\w-]+|edits/changed-file|permission/permission-mode|' +
  'workspace/first-look)[.]ts$';

// First match wins: the order goes from the narrow to the wide.
const layers: Record<string, Layer> = {
  protocol: { files: /^native\/protocol\//, project: /^native\/protocol\//, packages: /^$/ },
  // What the daemon and the extension need to be there for this machine's user only.
  local: {
    files: /^native\/local\//,
    project: /^native\/(protocol|local)\//,
    packages: /^node:(crypto|fs|http|path)$/,
  },
  addonContract: { files: /^native\/addon\/contract\.ts$/, project: /^$/, packages: /^$/ },
  gguf: {
    files: /^native\/daemon\/gguf\//,
    project: /^native\/(protocol|daemon\/gguf)\//,
    packages: /^(node:.*|@huggingface\/gguf)$/,
  },
  plan: {
    files: /^native\/daemon\/plan\//,
    project: /^native\/(protocol|daemon\/(gguf|plan|models))\//,
    packages: /^node:/,
  },
  models: {
    files: /^native\/daemon\/models\//,
    project: /^native\/(protocol|models|daemon\/(gguf|models))\//,
    packages: /^node:/,
  },
  backend: {
    files: /^native\/daemon\/backend\//,
    project: /^native\/(protocol|addon|daemon\/backend)\//,
    packages: /^node:/,
    typesOnly: /^native\/addon\//,
  },
  chat: {
    files: /^native\/daemon\/chat\//,
    project: /^native\/(protocol\/|daemon\/chat\/|addon\/contract\.ts$)/,
    packages: /^(node:crypto|node:worker_threads|@huggingface\/jinja|jsonrepair)$/,
    typesOnly: /^native\/addon\//,
  },
  kv: {
    files: /^native\/daemon\/kv\//,
    project: /^native\/(protocol|addon|daemon\/kv)\//,
    packages: /^node:/,
    typesOnly: /^native\/addon\//,
  },
  session: {
    files: /^native\/daemon\/session\//,
    project: /^native\/(protocol|addon|daemon\/(chat|kv|gguf|plan|models|session))\//,
    packages: /^node:/,
    typesOnly: /^native\/addon\//,
  },
  http: {
    files: /^native\/daemon\/http\//,
    project: /^native\/(protocol|local|addon|daemon\/(chat|kv|session|http))\//,
    packages: /^(node:.*|zod)$/,
    typesOnly: /^native\/addon\//,
  },
  server: {
    files: /^native\/daemon\/server\//,
    project: /^native\/(protocol|local|addon|daemon\/(session|server|models|plan|http))\//,
    packages: /^(node:.*|zod|ws|vscode-jsonrpc(\/.*)?)$/,
    typesOnly: /^native\/addon\//,
  },
  root: {
    files: /^native\/daemon\/(main\.ts|cli\/)/,
    project: /^native\//,
    packages: /^node:/,
    typesOnly: /^native\/addon\//,
  },

  // The panel knows only the messages it exchanges.
  messages: {
    files: /^webview\/messages\.ts$/,
    project: new RegExp(`^${panelTypes}`),
    packages: /^$/,
    typesOnly: /^extension\//,
  },
  webview: {
    files: /^webview\//,
    project: new RegExp(`^(webview/|${panelTypes})`),
    typesOnly: /^extension\//,
    packages: /^(@vscode\/webview-ui-toolkit|@tanstack\/virtual-core|diff|dompurify|markdown-it|highlight\.js(\/.*)?)$/,
  },
};

/** The rooms of the extension. Each may import from those above it, never from those below. */
const rooms = [
  'translation.ts',
  'bundled-text.d.ts',
  'agent',
  'workspace',
  'metering',
  'context',
  'tools',
  'rewrite',
  'edits',
  'permission',
  'inline',
  'daemon-link',
  'models',
  'remote-engine',
  'mcp',
  'chat',
  'editor',
  'main.ts',
];

/** What the extension may use of the other parts of the project. */
const extensionSees = /^(native\/(protocol|local)\/|webview\/(messages|strings|visible-text)\.ts$)/;

/** Packages that only one room may use. */
const roomPackages: Readonly<Record<string, RegExp>> = {
  agent: /^node:crypto$/,
  'translation.ts': /^$/,
  workspace: /^$/,
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readSource(file);
  const found = text.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?(?:[^'"();]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...found].map((match) => {
    const target = (match[2] ?? match[3]) as string;
    return {
      file,
      target: target.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), target)) : target,
      typeOnly: match[1] !== undefined,
    };
  });
}

function isOwn(target: string): boolean {
  return /^(native|extension|webview)\//.test(target);
}

function layerOf(file: string): Layer | undefined {
  return Object.values(layers).find((layer) => layer.files.test(file));
}

/** The folder or file directly below extension/. */
function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

/**
 * The folders of the two ends of an import, below the folder that both share. Undefined if one of the files lies
 * directly in the shared folder.
 */
function foldersOf({ file, target }: Import): { readonly from: string; readonly to: string } | undefined {
  const from = file.split('/');
  const to = target.split('/');
  const apart = from.findIndex((name, at) => name !== to[at]);
  if (apart < 1 || apart >= from.length - 1 || apart >= to.length - 1) return undefined;
  return { from: from.slice(0, apart + 1).join('/'), to: to.slice(0, apart + 1).join('/') };
}

describe('imports', () => {
  const files = sourceFiles(/^(native|extension|webview)\/.*\.ts$/);

  it('belong to a layer or a room, each file', () => {
    const homeless = files.filter((file) => !file.startsWith('extension/') && layerOf(file) === undefined);
    expect(homeless).toEqual([]);
    expect(files.filter((file) => file.startsWith('extension/') && !rooms.includes(roomOf(file)))).toEqual([]);
  });

  it('go one way only, in the daemon and the panel', () => {
    const wrong = files.flatMap((file) => {
      const layer = layerOf(file);
      if (layer === undefined) return [];
      return importsOf(file)
        .filter(({ target, typeOnly }) => {
          if (!isOwn(target)) return !layer.packages.test(target);
          return !layer.project.test(target) || (layer.typesOnly?.test(target) === true && !typeOnly);
        })
        .map(({ target }) => `${file} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('go up the list of rooms only, in the extension', () => {
    const wrong = files
      .filter((file) => file.startsWith('extension/'))
      .flatMap((file) =>
        importsOf(file)
          .filter(({ target }) => {
            if (target.startsWith('extension/')) return rooms.indexOf(roomOf(target)) > rooms.indexOf(roomOf(file));
            return isOwn(target) ? !extensionSees.test(target) : roomPackages[roomOf(file)]?.test(target) === false;
          })
          .map(({ target }) => `${file} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('go one way only between two folders of a folder, at every depth', () => {
    const arrows = new Map<string, string[]>();
    for (const entry of files.flatMap(importsOf)) {
      const folders = foldersOf(entry);
      if (folders === undefined) continue;
      const arrow = `${folders.from} -> ${folders.to}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), `${entry.file} -> ${entry.target}`]);
    }
    const wrong = [...arrows].filter(([arrow]) => arrows.has(arrow.split(' -> ').reverse().join(' -> ')));
    expect(Object.fromEntries(wrong)).toEqual({});
  });

  it('of vscode stand in extension/editor/ and extension/main.ts only', () => {
    const users = files.filter((file) => importsOf(file).some(({ target }) => target === 'vscode'));
    expect(users.filter((file) => !/^extension\/(editor\/|main\.ts$)/.test(file))).toEqual([]);
  });

  it('of edits: only document-writer.ts builds and applies a WorkspaceEdit', () => {
    const builders = files.filter((file) => /\bnew (vscode\.)?WorkspaceEdit\b|\.applyEdit\(/.test(readSource(file)));
    expect(builders).toEqual(['extension/editor/documents/document-writer.ts']);
  });

  it('of Markdown and messages of the editor: one file each makes them, and one question is modal', () => {
    const using = (pattern: RegExp): string[] => files.filter((file) => pattern.test(readSource(file)));
    expect(using(/\bnew (vscode\.)?MarkdownString\b/)).toEqual(['extension/editor/model-text/markdown-string.ts']);
    expect(using(/\bshow(Information|Warning|Error)Message\b/)).toEqual(['extension/editor/model-text/messages.ts']);
    expect(using(/\bmodal: true\b/)).toEqual(['extension/editor/model-text/messages.ts']);
    expect(using(/\bimport \{[^}]*\baskModal\b/)).toEqual(['extension/editor/engines/consent.ts']);
  });

  it('of the socket stand in the daemon and its link only', () => {
    const sockets = files.filter((file) => importsOf(file).some(({ target }) => target === 'ws'));
    expect(sockets.filter((file) => !/^(native\/daemon\/server|extension\/daemon-link)\//.test(file))).toEqual([]);
  });

  it('of the webview API stand in one file', () => {
    const users = files.filter((file) => /\bacquireVsCodeApi\b/.test(readSource(file)));
    expect(users).toEqual(['webview/host-link.ts']);
  });

  it('load the addon in one file only', () => {
    const loaders = files.filter((file) => /\.node['"`]/.test(readSource(file)) && !file.endsWith('.d.ts'));
    expect(loaders.filter((file) => file !== 'native/daemon/backend/addon-loader.ts')).toEqual([]);
  });

  it('open no connection to the outside: only the listener listens and nothing fetches unasked', () => {
    const nets = files.filter((file) =>
      importsOf(file).some(({ target }) => /^node:(net|http|https|tls|dgram|http2)$/.test(target)),
    );
    expect(nets.filter((file) => !/^native\/(local|daemon\/(server|http))\//.test(file))).toEqual([
      'extension/mcp/tool-port.ts', // on this machine only, for agents that the user has let in
      'extension/remote-engine/http-request.ts', // to engines that the user has agreed to
    ]);
    const fetches = files.filter((file) => /(?<![\w.])fetch\(/.test(readSource(file)));
    expect(fetches, 'the downloads that the user chose').toEqual(['extension/editor/models/downloads.ts']);
  });
});
