import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ReplyReader, type Question } from './reply-reader.ts';

/** How one test of vLLM ended with the parsers here. `other`: it is not about what a reply is read as. */
export interface VllmResult {
  readonly file: string;
  readonly test: string;
  readonly outcome: 'equal' | 'different' | 'other';
  readonly message: string;
}

type Line = Question | ({ readonly do: 'result' } & VllmResult);

/**
 * Runs the tests of the parsers in a checkout of vLLM, whose assertions then judge the parsers here. It is Python's own
 * program that runs them, without vLLM and without pytest. Throws if there are none, or no Python.
 * @param scripts the folder of run-tests.py.
 * @param only part of the names of the files to look at.
 */
export async function runVllmTests(checkout: string, scripts: string, only: string): Promise<VllmResult[]> {
  const files = ['tests/tool_parsers', 'tests/tool_use'].flatMap((folder) =>
    testFiles(path.join(checkout, folder), only),
  );
  if (files.length === 0) throw new Error(`There are no tests of vLLM's parsers in ${checkout}.`);
  const script = path.join(scripts, 'run-tests.py');
  const child = spawn('python3', ['-B', script, path.resolve(checkout), ...files], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const reader = new ReplyReader();
  const results: VllmResult[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    if (line.do === 'result') results.push(line);
    else child.stdin.write(`${JSON.stringify(reader.answer(line))}\n`);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`python3 ended with status ${status}.`);
  return results;
}

function testFiles(folder: string, only: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith('test_') && name.endsWith('.py') && name.includes(only))
    .sort()
    .map((name) => path.resolve(folder, name));
}

/** Prints each difference, and how many tests of a file came out equal. */
export function printVllmResults(results: readonly VllmResult[], print: (line: string) => void): void {
  const judged = results.filter(({ outcome }) => outcome !== 'other');
  for (const { file, test, outcome, message } of judged)
    if (outcome === 'different') print(`${file} ${test}\n     ${message}`);
  for (const file of new Set(judged.map((one) => one.file))) {
    const own = judged.filter((one) => one.file === file);
    print(`${file}: ${equal(own)} of ${own.length} equal`);
  }
  const reasons = results.filter(({ outcome }) => outcome === 'other').map(({ message }) => message);
  for (const reason of new Set(reasons))
    print(`not judged: ${reasons.filter((one) => one === reason).length} tests: ${reason}`);
  print(`${results.length} tests of vLLM, ${judged.length} judge what a reply is read as: ${equal(judged)} equal.`);
}

function equal(results: readonly VllmResult[]): number {
  return results.filter(({ outcome }) => outcome === 'equal').length;
}
