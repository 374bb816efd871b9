import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadModelRuntime } from '../../native/daemon/session/model-runtime.ts';
import { cpuDeps } from '../support/models/nano-runtime.ts';
import { modelChecks, ModelUnderTest, type CheckResult } from './model-checks.ts';

const words: Readonly<Record<CheckResult['outcome'], string>> = { works: 'works', fails: 'FAILS', notes: '-' };

/** Loads the model of the command line and prints a line per check. Resolves to whether none failed. */
export async function reportModel(args: readonly string[], print: (line: string) => void): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { context: { type: 'string', default: '8192' }, threads: { type: 'string' } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (file === undefined) {
    print('Expected the path of a .gguf file: npm run test:model -- FILE.gguf [--context N] [--threads N]');
    return false;
  }
  const said: string[] = [];
  const runtime = await loadModelRuntime(
    { ...cpuDeps(), log: (_level, text) => said.push(text) },
    {
      model: path.resolve(file),
      contextTokens: Number(values.context),
      ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
    },
    () => undefined,
    new AbortController().signal,
  );
  const { loaded } = runtime;
  print(`${loaded.name}: family ${loaded.family}, ${loaded.profile} prompt, ${loaded.contextTokens} tokens of context`);
  for (const text of said) print(`  ${text}`);
  const model = new ModelUnderTest(runtime);
  let failed = 0;
  try {
    for (const { name, run } of modelChecks) {
      const { outcome, detail } = await run(model).catch((error: unknown): CheckResult => ({
        outcome: 'fails',
        detail: String(error),
      }));
      if (outcome === 'fails') failed++;
      print(`${words[outcome].padEnd(6)} ${name}: ${detail}`);
    }
  } finally {
    model.store.clear();
    await runtime.close();
  }
  print(failed === 0 ? 'Nothing failed.' : `${failed} of ${modelChecks.length} failed.`);
  return failed === 0;
}
