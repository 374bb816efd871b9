import { readFileSync } from 'node:fs';
import path from 'node:path';
import { applies, compare, type Compared } from './compare.ts';
import { readChatCases } from './llama-chat-cases.ts';
export { compareSchemas } from './schemas/compare-schemas.ts';
import { printVllmResults, runVllmTests } from './vllm/vllm-tests.ts';

/**
 * Reads every reply of llama.cpp's own tests and prints where the result is another one. `source` is a folder with
 * llama.cpp's `tests` and `models/templates`. `only`: part of the names of the templates to look at.
 */
export function comparePeers(source: string, only: string): void {
  const all = readChatCases(readFileSync(path.join(source, 'tests/test-chat.cpp'), 'utf8'));
  const applicable = all.filter((one) => applies(one) && one.template.includes(only));
  const compared = applicable.map((one) =>
    compare(one, readFileSync(path.join(source, 'models/templates', `${one.template}.jinja`), 'utf8')),
  );
  for (const one of compared) printDifference(one);
  const equal = compared.filter(({ difference }) => difference === undefined).length;
  const held = compared.filter(({ admitted }) => admitted !== undefined);
  const admitted = held.filter((one) => one.admitted).length;
  console.log(`${all.length} cases, ${compared.length} apply: ${equal} equal.`);
  console.log(`${held.length} with whole calls: the grammar admits ${admitted} as they are written.`);
}

/** Lets the tests of vLLM's parsers judge the formats here, and prints where they fail. See runVllmTests. */
export async function compareVllm(checkout: string, scripts: string, only: string): Promise<void> {
  printVllmResults(await runVllmTests(checkout, scripts, only), (line) => console.log(line));
}

function printDifference({ from, format, difference, admitted }: Compared): void {
  if (difference === undefined && admitted !== false) return;
  console.log(`${from.template} (${format}): ${JSON.stringify(from.reply)}`);
  if (difference !== undefined) console.log(`     ${difference}`);
  if (admitted === false) console.log('     The grammar does not admit it.');
}
