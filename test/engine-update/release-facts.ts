import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readDeclarations, type Declarations } from './declarations.ts';

/** What one release of llama.cpp says of itself, as far as an update concerns the project. */
export interface ReleaseFacts {
  /** "0.4.0", or "b10361" before llama.cpp numbered its releases. */
  readonly release: string;
  /** Names that a model file may have in `general.architecture`. */
  readonly architectures: ReadonlySet<string>;
  /** Names that a model file may have in `tokenizer.ggml.pre`. */
  readonly tokenizers: ReadonlySet<string>;
  /** Keys of model files, with %s for the architecture. */
  readonly metadataKeys: ReadonlySet<string>;
  /** Texts of the chat templates that its tests use, by name. */
  readonly templates: ReadonlyMap<string, string>;
  readonly declarations: Declarations;
}

/** Paths of a source tree that the facts and the peers' cases are read from. */
export const factPaths = [
  'include',
  'ggml/include',
  'src/llama-arch.cpp',
  'src/llama-vocab.cpp',
  'models/templates',
  'tests/test-chat.cpp',
] as const;

/**
 * Reads the source tree of the release with the given name. Throws where it is not one that this program understands:
 * a comparison with nothing would say that all is new.
 */
export function readReleaseFacts(release: string, tree: string): ReleaseFacts {
  const read = (name: string): string => readFileSync(path.join(tree, name), 'utf8');
  const names = read('src/llama-arch.cpp');
  const vocabularies = read('src/llama-vocab.cpp');
  const templates = path.join(tree, 'models/templates');
  return {
    release,
    architectures: some('architectures', textsIn(names, /LLM_ARCH_NAMES\s*=\s*\{(.*?)\n\}/s, /"(\w[^"]*)"/g)),
    tokenizers: some('tokenizers', textsIn(vocabularies, /(.*)/s, /\btokenizer_pre\s*==\s*"([^"]+)"/g)),
    metadataKeys: some('metadata keys', textsIn(names, /LLM_KV_NAMES\s*=\s*\{(.*?)\n\}/s, /"([^"]+)"/g)),
    templates: new Map(
      readdirSync(templates)
        .filter((name) => name.endsWith('.jinja'))
        .map((name) => [name.slice(0, -'.jinja'.length), readFileSync(path.join(templates, name), 'utf8')]),
    ),
    declarations: readDeclarations(headersOf(tree)),
  };
}

function textsIn(source: string, part: RegExp, each: RegExp): Set<string> {
  const inner = part.exec(source)?.[1] ?? '';
  return new Set([...inner.replace(/\/\/[^\n]*/g, '').matchAll(each)].map(([, text]) => text as string));
}

function some(what: string, found: Set<string>): Set<string> {
  if (found.size === 0) throw new Error(`No ${what} were found in the source of this release: its layout has changed.`);
  return found;
}

function headersOf(tree: string): string {
  const folders = ['include', 'ggml/include'].map((name) => path.join(tree, name)).filter((name) => existsSync(name));
  return folders
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => file.endsWith('.h'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n;\n');
}
