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

// First match wins: the order goes from the narrow to the wide.
const layers: Record<string, Layer> = {
  protocol: { files: /^native\/protocol\//, project: /^native\/protocol\//, packages: /^$/ },
  addonContract: { files: /^native\/addon\/contract\.ts$/, project: /^$/, packages: /^$/ },
  gguf: { files: /^native\/daemon\/gguf\//, project: /^native\/(protocol|daemon\/gguf)\//, packages: /^(node:.*|@huggingface\/gguf)$/ },
  plan: { files: /^native\/daemon\/plan\//, project: /^native\/(protocol|daemon\/(gguf|plan|models))\//, packages: /^node:/ },
  models: { files: /^native\/daemon\/models\//, project: /^native\/(protocol|models|daemon\/(gguf|models))\//, packages: /^node:/ },
  engine: { files: /^native\/daemon\/engine\//, project: /^native\/(protocol|addon|daemon\/engine)\//, packages: /^node:/, typesOnly: /^native\/addon\// },
  chat: { files: /^native\/daemon\/chat\//, project: /^native\/(protocol\/|daemon\/chat\/|daemon\/engine\/vocabulary\.ts)/, packages: /^(node:crypto|@huggingface\/jinja|jsonrepair)$/ },
  kv: { files: /^native\/daemon\/kv\//, project: /^native\/(protocol|addon|daemon\/kv)\//, packages: /^node:/, typesOnly: /^native\/addon\// },
  session: { files: /^native\/daemon\/session\//, project: /^native\/(protocol|addon|daemon\/(chat|kv|engine|gguf|plan|models|session))\//, packages: /^node:/, typesOnly: /^native\/addon\// },
  openai: { files: /^native\/daemon\/openai\//, project: /^native\/(protocol|addon|daemon\/(chat|kv|engine|session|openai))\//, packages: /^(node:.*|zod)$/, typesOnly: /^native\/addon\// },
  server: { files: /^native\/daemon\/server\//, project: /^native\/(protocol|addon|daemon\/(session|server|models|plan|engine|openai))\//, packages: /^(node:.*|zod|ws|vscode-jsonrpc(\/.*)?)$/, typesOnly: /^native\/addon\// },
  root: { files: /^native\/daemon\/(main\.ts|cli\/)/, project: /^native\//, packages: /^node:/, typesOnly: /^native\/addon\// },

  // The extension: the loop knows nothing of the editor, the policies only what they decide on, main.ts everything.
  agent: { files: /^extension\/agent\//, project: /^(native\/protocol|extension\/agent)\//, packages: /^node:crypto$/ },
  policies: { files: /^extension\/permission\/policies\//, project: /^extension\/permission\//, packages: /^$/ },
  permission: { files: /^extension\/permission\//, project: /^(extension\/(permission|agent|context)\/|webview\/messages\.ts)/, packages: /^(node:(path|fs\/promises)|picomatch|web-tree-sitter)$/, typesOnly: /^(extension\/(agent|context)|webview)\// },
  daemonLink: { files: /^extension\/daemon-link\//, project: /^(native\/protocol|extension\/(daemon-link|agent))\//, packages: /^(node:.*|ws|vscode-jsonrpc(\/.*)?)$/, typesOnly: /^extension\/agent\// },
  parsing: { files: /^extension\/context\/(parsing\/|worker-port\.ts)/, project: /^extension\/context\//, packages: /^(node:.*|web-tree-sitter)$/ },
  context: { files: /^extension\/context\//, project: /^(native\/protocol|extension\/(context|agent|tools|edits|chat))\//, packages: /^(node:(path|os|fs\/promises|timers\/promises)|web-tree-sitter|vscode)$/, typesOnly: /^extension\/(agent|tools|edits|chat)\// },
  tools: { files: /^extension\/tools\//, project: /^(native\/protocol|extension\/(tools|agent|context|edits|chat))\//, packages: /^(node:.*|zod|picomatch|fast-xml-parser)$/, typesOnly: /^extension\/(agent|edits|chat)\// },
  edits: { files: /^extension\/edits\//, project: /^(native\/protocol\/|extension\/(edits|tools)\/|webview\/messages\.ts)/, packages: /^(node:.*|diff|picomatch|vscode)$/, typesOnly: /^webview\// },
  conversation: { files: /^extension\/chat\//, project: /^(native\/protocol\/|extension\/(chat|agent|context|permission|tools|edits|daemon-link|setup)\/|webview\/messages\.ts)/, packages: /^(node:.*|zod|vscode)$/, typesOnly: /^(extension\/(edits|daemon-link|setup)|webview)\// },
  inline: { files: /^extension\/inline\//, project: /^(native\/protocol\/|extension\/((inline|agent|context|edits|permission)\/|refactor\/(refusal|refactor-table)\.ts|translation))/, packages: /^(node:.*|diff|vscode)$/, typesOnly: /^extension\/agent\// },
  refactor: { files: /^extension\/refactor\//, project: /^(native\/protocol\/|extension\/(refactor|inline|agent|context|edits|tools|translation))/, packages: /^(node:.*|vscode)$/, typesOnly: /^extension\/(agent|tools)\// },
  setup: { files: /^extension\/setup\//, project: /^(native\/protocol\/|extension\/(?!chat\/|main)|webview\/messages\.ts)/, packages: /^(node:.*|vscode)$/, typesOnly: /^webview\// },
  extensionRoot: { files: /^extension\/main\.ts$/, project: /^(extension\/|webview\/strings\.ts)/, packages: /^(node:path|vscode)$/ },
  translation: { files: /^extension\/translation\.ts$/, project: /^$/, packages: /^$/ },
  bundledText: { files: /^extension\/bundled-text\.d\.ts$/, project: /^$/, packages: /^$/ },

  // The panel knows only the messages it exchanges.
  messages: { files: /^webview\/messages\.ts$/, project: /^$/, packages: /^$/ },
  webview: { files: /^webview\//, project: /^webview\//, packages: /^(@vscode\/webview-ui-toolkit|@tanstack\/virtual-core|diff|dompurify|markdown-it|highlight\.js(\/.*)?)$/ },
};

/** Parts of a layer that know the editor: everything else of it is tested without one. */
const editorAdapters: Record<string, RegExp> = {
  tools: /^extension\/tools\/commands\/command-terminal\.ts$/,
  context: /\/vscode-[\w-]+\.ts$/,
  edits: /\/(vscode-[\w-]+|change-review|typescript-problems)\.ts$/,
  conversation: /\/(chat-window|panel-view)\.ts$/,
  inline: /\/vscode-[\w-]+\.ts$/,
  refactor: /\/vscode-[\w-]+\.ts$/,
};

interface Import { readonly file: string; readonly target: string; readonly typeOnly: boolean }

function importsOf(file: string): Import[] {
  const text = readSource(file);
  const found = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'"();]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm);
  return [...found].map((match) => {
    const target = (match[2] ?? match[3]) as string;
    return { file, target: target.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), target)) : target, typeOnly: match[1] !== undefined };
  });
}

describe('imports', () => {
  const files = sourceFiles(/^(native|extension|webview)\/.*\.ts$/);

  it('belong to a layer, each file', () => {
    const homeless = files.filter((file) => !Object.values(layers).some((layer) => layer.files.test(file)));
    expect(homeless).toEqual([]);
  });

  it('go one way only', () => {
    const wrong = files.flatMap((file) => {
      const layer = Object.values(layers).find((candidate) => candidate.files.test(file));
      if (layer === undefined) return [];
      return importsOf(file).filter(({ target, typeOnly }) => {
        const own = target.startsWith('native/') || target.startsWith('extension/') || target.startsWith('webview/');
        if (target === 'extension/translation.ts' && file.startsWith('extension/')) return false;
        if (own) return !layer.project.test(target) || (layer.typesOnly?.test(target) === true && !typeOnly);
        return !layer.packages.test(target) && target !== 'vscode';
      }).map(({ target }) => `${file} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('of vscode stand in the extension, in thin adapters', () => {
    const wrong = files.filter((file) => importsOf(file).some(({ target }) => target === 'vscode')).filter((file) => {
      const [name, layer] = Object.entries(layers).find(([, candidate]) => candidate.files.test(file)) ?? [];
      if (name === undefined || layer === undefined) return true;
      const adapters = editorAdapters[name];
      return adapters === undefined ? !layer.packages.test('vscode') : !adapters.test(file);
    });
    expect(wrong).toEqual([]);
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
    expect(loaders.filter((file) => file !== 'native/daemon/engine/addon-loader.ts')).toEqual([]);
  });

  it('open no connection to the outside: only the listener listens and nothing fetches unasked', () => {
    const nets = files.filter((file) => importsOf(file).some(({ target }) => /^node:(net|http|https|tls|dgram|http2)$/.test(target)));
    expect(nets.filter((file) => !/^native\/daemon\/(server|openai)\//.test(file))).toEqual([]);
    const fetches = files.filter((file) => /(?<![\w.])fetch\(/.test(readSource(file)));
    expect(fetches).toEqual([]);
  });
});
