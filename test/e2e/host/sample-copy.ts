import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { samples } from './test-places.ts';

export interface TestRun {
  readonly passed: number;
  readonly failed: number;
}

/** A copy of a sample project that a test may change. */
export class SampleCopy {
  readonly folder: string;

  /** `sample` is a folder below test/fixtures; the copy stands in `parent`. */
  constructor(sample: string, parent: string) {
    const folder = path.join(parent, 'moon-shop');
    mkdirSync(folder, { recursive: true });
    cpSync(path.join(samples, sample), folder, { recursive: true });
    this.folder = realpathSync(folder);
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  has(file: string): boolean {
    return existsSync(path.join(this.folder, file));
  }

  /** Every file with its bytes as base64: equal means byte-identical. */
  contents(): Record<string, string> {
    const names = readdirSync(this.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      names
        .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name)))
        .sort()
        .map((name) => [name, readFileSync(path.join(this.folder, name)).toString('base64')]),
    );
  }

  /** Result of Node's own test runner in the project now. */
  runTests(): TestRun {
    const { NODE_TEST_CONTEXT: _outer, NODE_OPTIONS: _options, ...env } = process.env;
    const child = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: this.folder,
      encoding: 'utf8',
      env,
      timeout: 120_000,
    });
    const count = (word: string): number =>
      Number(new RegExp(`^# ${word} (\\d+)`, 'm').exec(child.stdout)?.[1] ?? Number.NaN);
    return { passed: count('pass'), failed: count('fail') };
  }
}
