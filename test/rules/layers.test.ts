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
        if (own) return !layer.project.test(target) || (layer.typesOnly?.test(target) === true && !typeOnly);
        return !layer.packages.test(target);
      }).map(({ target }) => `${file} -> ${target}`);
    });
    expect(wrong).toEqual([]);
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
