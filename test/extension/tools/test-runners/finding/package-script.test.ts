import { describe, expect, it } from 'vitest';
import { runnerOf } from '../../../../../extension/tools/test-runners/finding/javascript-project.ts';
import { readManifest, testScript } from '../../../../../extension/tools/test-runners/finding/package-script.ts';
import { simpleCommands } from '../../../../../extension/tools/test-runners/finding/shell-words.ts';

const scriptOf = (scripts: Record<string, string>) => testScript(readManifest(JSON.stringify({ scripts }))!);
const runnerIn = (test: string) => {
  const script = scriptOf({ test });
  return script && `${runnerOf(script.command.words)}${script.alone ? '' : ' behind other commands'}`;
};

describe('a test script', () => {
  it('tells the runner', () => {
    expect(runnerIn('node --test')).toBe('node');
    expect(runnerIn('tsx --test test/*.test.ts')).toBe('node');
    expect(runnerIn('npx vitest run')).toBe('vitest');
    expect(runnerIn('cross-env NODE_ENV=test jest --ci')).toBe('jest');
    expect(runnerIn('NODE_OPTIONS=--experimental-vm-modules node_modules/.bin/jest')).toBe('jest');
    expect(runnerIn('node --experimental-vm-modules node_modules/jest/bin/jest.js')).toBe('jest');
    expect(runnerIn('react-scripts test')).toBe('jest');
    expect(runnerIn('c8 --reporter=lcov mocha')).toBe('mocha');
    expect(runnerIn('pnpm exec vitest')).toBe('vitest');
    expect(runnerIn('tsc && node --test dist')).toBe('node behind other commands');
    expect(runnerIn('eslint . && prettier --check .')).toBe('undefined behind other commands');
    expect(runnerIn('ava --serial')).toBe('ava');
    expect(runnerIn('npx playwright test')).toBe('playwright');
    expect(runnerIn('node node_modules/@hapi/lab/bin/lab')).toBe('lab');
    expect(runnerIn('./check.sh')).toBe('undefined');
  });

  it('is followed into the script that it calls', () => {
    expect(scriptOf({ test: 'npm run unit', unit: 'A=1 vitest run' })).toEqual({
      name: 'unit',
      command: { variables: { A: '1' }, words: ['vitest', 'run'] },
      alone: true,
    });
    expect(scriptOf({ test: 'yarn test:unit', 'test:unit': 'jest' })?.name).toBe('test:unit');
    expect(scriptOf({ test: 'npm run test' })).toBeUndefined();
    expect(scriptOf({ test: 'jest', pretest: 'tsc' })?.alone).toBe(false);
  });

  it('is none when npm wrote it, or when only a shell knows what it does', () => {
    expect(scriptOf({ test: 'echo "Error: no test specified" && exit 1' })).toBeUndefined();
    expect(scriptOf({ test: 'node --test $FILES' })).toBeUndefined();
    expect(scriptOf({ test: 'node --test | tap-spec' })).toBeUndefined();
    expect(readManifest('{')).toBeUndefined();
    expect(readManifest('[]')).toBeUndefined();
  });

  it('has its quotes resolved', () => {
    expect(simpleCommands(`A="b c" node --test 'a b' "c d" e\\"f`)).toEqual([
      { variables: { A: 'b c' }, words: ['node', '--test', 'a b', 'c d', 'e"f'] },
    ]);
    expect(simpleCommands('a && b')).toHaveLength(2);
    for (const shell of ['a; b', 'a || b', 'a > b', '$(a)', 'a `b`', '(a)', 'a & b', '', 'a &&', 'a "$b"'])
      expect(simpleCommands(shell)).toBeUndefined();
  });
});
