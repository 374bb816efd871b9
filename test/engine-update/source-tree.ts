import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a made source tree of llama.cpp says; the rest of the real one is not there. */
export interface SourceTree {
  readonly architectures: readonly string[];
  readonly tokenizers?: readonly string[];
  readonly keys?: readonly string[];
  readonly header?: string;
  /** Jinja by name. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** Writes a tree with the files that an update reads, in the form that llama.cpp has. Returns its folder. */
export function writeSourceTree(folder: string, tree: SourceTree): string {
  const { architectures, tokenizers = ['default'], keys = ['general.name'], header = '', templates = {} } = tree;
  const write = (name: string, content: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  };
  const table = (names: readonly string[]): string =>
    names.map((name) => `    { X_${name}, "${name}" }, // one\n`).join('');
  write(
    'src/llama-arch.cpp',
    `static const std::map<llm_arch, const char *> LLM_ARCH_NAMES = {\n${table(architectures)}};\n` +
      `static const std::map<llm_kv, const char *> LLM_KV_NAMES = {\n${table(keys)}};\n`,
  );
  const cases = tokenizers.map((name) => `if (tokenizer_pre == "${name}") { pre = 1; }\n`);
  write('src/llama-vocab.cpp', cases.join(''));
  write('include/llama.h', header);
  for (const [name, source] of Object.entries({ 'of-no-family': '{{ messages }}', ...templates }))
    write(`models/templates/${name}.jinja`, source);
  return folder;
}
