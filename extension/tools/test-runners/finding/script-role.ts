import { programName, type PackageManifest } from './package-script.ts';

/** Runners whose results we read test by test. */
export type JavaScriptRunner =
  ('node' | 'vitest' | 'jest' | 'mocha') | ('ava' | 'uvu' | 'tap' | 'lab' | 'jasmine' | 'playwright');

const runnerNames: readonly (readonly [RegExp, JavaScriptRunner])[] = [
  [/^vitest$/, 'vitest'],
  [/^(jest|jest-cli)$/, 'jest'],
  [/^(mocha|_mocha|ts-mocha|mocha-cli)$/, 'mocha'],
  [/^ava$/, 'ava'],
  [/^uvu$/, 'uvu'],
  [/^tap$/, 'tap'],
  [/^(@hapi\/)?lab$/, 'lab'],
  [/^jasmine$/, 'jasmine'],
  [/^(@playwright\/test|playwright)$/, 'playwright'],
];
/** The packages that runners come in, the most telling first. */
export const runnerPackages: readonly (readonly [string, JavaScriptRunner])[] = [
  ['vitest', 'vitest'],
  ['jest', 'jest'],
  ['mocha', 'mocha'],
  ['ava', 'ava'],
  ['uvu', 'uvu'],
  ['tap', 'tap'],
  ['@hapi/lab', 'lab'],
  ['jasmine', 'jasmine'],
  ['@playwright/test', 'playwright'],
];
/** Programs that start Jest with `test`. */
const jestStarters = /^(react-scripts|react-app-rewired|craco)$/;
/** Programs that run a file of JavaScript. */
const interpreters = /^(node|tsx|ts-node|ts-node-esm|bun|deno|babel-node|esno|jiti|swc-node)$/;
/** Programs that test; their exit code and output tell how it went. */
const testPrograms = oneOf(
  'tape zora pta jasmine-ts tstyche tsd dtslint cypress karma testcafe wdio nightwatch qunit wtr web-test-runner poku',
  'japa bats electron-mocha mochify aegir',
);
/** Programs that test with the word `test` behind them. */
const testVerbs = /^(bun|deno|ng|vue-cli-service|hardhat|truffle|forge|make|ember|stencil|wp-scripts|react-native)$/;
/** Programs that look at sources only: no test needs what they do. */
const checkers = oneOf(
  'eslint eslint_d prettier biome xo standard ts-standard semistandard stylelint',
  'oxlint tslint jshint dprint cspell markdownlint markdownlint-cli2 commitlint lint-staged',
  'knip depcheck publint attw size-limit codecov coveralls check-dts',
);
const checkScript =
  /^(lint|format|fmt|prettier|eslint|style|typecheck|type-check|types:check|check:(types|format|lint))\b/;
/** Programs of other languages: their projects are found by themselves. */
const otherLanguages = /^(pytest|py\.test|python|python3|cargo|go|tox|nox)$/;

function oneOf(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(' ')));
}

/** What a command of a test script is there for. */
export type ScriptRole =
  /** Tests of a runner that we read. */
  | JavaScriptRunner
  /** Tests, told by exit code and output. */
  | 'exit'
  /** Neither tests nor needed by them. */
  | 'check'
  /** Anything else: tests behind it may need it. */
  | 'other';

/** The runner that a command starts; undefined for others. */
function runnerOf(words: readonly string[]): JavaScriptRunner | undefined {
  const program = programName(words[0] ?? '');
  const direct = runnerNames.find(([pattern]) => pattern.test(program))?.[1];
  if (direct !== undefined) return direct;
  if (jestStarters.test(program)) return words[1] === 'test' ? 'jest' : undefined;
  if (program === 'tsx') return words.includes('--test') ? 'node' : undefined;
  if (program !== 'node') return undefined;
  if (words.includes('--test')) return 'node';
  const started = words.find((word) => word.includes('node_modules/'));
  return started === undefined ? undefined : runnerOf([started]);
}

/** The role of a command in a script of this name. */
export function roleOf(words: readonly string[], script: string): ScriptRole {
  const runner = runnerOf(words);
  if (runner !== undefined) return runner;
  const program = programName(words[0] ?? '');
  if (checkers.has(program) || checkScript.test(script) || otherLanguages.test(program)) return 'check';
  if (/^(tsc|vue-tsc)$/.test(program) && words.includes('--noEmit')) return 'check';
  if (testPrograms.has(program) || (testVerbs.test(program) && /^(test|check)(:|$)/.test(words[1] ?? '')))
    return 'exit';
  const file = interpreters.test(program) ? scriptFile(words) : undefined;
  return file !== undefined && /(^|[/._-])(tests?|specs?|__tests__)([/._-]|$)/.test(file) ? 'exit' : 'other';
}

/** The file that an interpreter runs. */
export function scriptFile(words: readonly string[]): string | undefined {
  const valued = /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|-P|--project)$/;
  return words.slice(1).find((word, at) => !word.startsWith('-') && !valued.test(words[at] ?? '') && word !== 'run');
}

/** True for programs that run a file of JavaScript. */
export function isInterpreter(word: string): boolean {
  return interpreters.test(programName(word));
}

/** The runner that a line names which only a shell can read. The short names are words of other programs too. */
export function runnerNamedIn(line: string, manifest: PackageManifest): JavaScriptRunner | undefined {
  if (/\bnode\b[^&|;]*\s--test\b/.test(line)) return 'node';
  const named = runnerPackages.filter(
    ([name, runner]) => /^(vitest|jest|mocha)$/.test(runner) || manifest.dependencies.has(name),
  );
  return named.find(([, runner]) => new RegExp(String.raw`(^|[\s/"'])${runner}(\s|$|["'])`).test(line))?.[1];
}
