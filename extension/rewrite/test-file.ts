import path from 'node:path';
import { isTestCode } from '../workspace/test-file-name.ts';

/** Facts about the project's tests. */
interface TestFacts {
  /** All test files, relative to the workspace with `/`. */
  readonly tests: readonly string[];
  /** Those that use the tested code, most likely first. */
  readonly using: readonly string[];
}

/** The test file of a source file, which may not exist yet. */
export interface TestPlace {
  readonly path: string;
  readonly exists: boolean;
  /** Another test file of the project, as an example. */
  readonly example: string | undefined;
}

const marks = [/^(.+)[._-](?:test|tests|spec)(\.\w+)$/, /^(?:test)[._-](.+)(\.\w+)$/, /^(.+)(?:Tests?|Spec)(\.\w+)$/];

/** The test file for `source`, named and placed like the project's other tests. */
export function testPlace(source: string, { tests, using }: TestFacts): TestPlace {
  const stem = path.posix.parse(source).name;
  const own = [...using, ...tests].find((test) => testedStem(test) === stem);
  if (own !== undefined) return { path: own, exists: true, example: own };
  const extension = path.posix.extname(source);
  const example = tests.find((test) => path.posix.extname(test) === extension) ?? tests[0];
  return { path: placed(source, example), exists: false, example };
}

/** True for a test file that is named after the file it tests. */
export function isTestFile(file: string): boolean {
  return isTestCode(file) && testedStem(file) !== undefined && /\.[a-z]{1,4}$/.test(file);
}

/** The name of the file that a test file is for. */
function testedStem(test: string): string | undefined {
  const name = path.posix.basename(test);
  return marks.map((mark) => mark.exec(name)?.[1]).find((stem) => stem !== undefined);
}

/** Placed like the example if there is one, else where the language's test runners look. */
function placed(source: string, example: string | undefined): string {
  const { dir, name, ext } = path.posix.parse(source);
  if (example !== undefined && path.posix.extname(example) === ext) {
    const tested = testedStem(example) ?? '';
    const file = path.posix.basename(example).replace(tested, () => name);
    const folder = path.posix.dirname(example);
    const [top = ''] = folder.split('/');
    // A test folder beside the source folder mirrors its folders, if the example does.
    const mirrors = folder.split('/').length > 1 && isTestCode(`${top}/`);
    if (mirrors) return path.posix.join(top, ...dir.split('/').slice(1), file);
    return path.posix.join(isTestCode(`${folder}/`) ? folder : dir, file);
  }
  if (ext === '.py') return path.posix.join(dir, `test_${name}.py`);
  if (ext === '.go') return path.posix.join(dir, `${name}_test.go`);
  if (ext === '.java' || ext === '.kt' || ext === '.cs')
    return path.posix.join(dir.replace(/\bmain\b/, 'test'), `${name}Test${ext}`);
  if (ext === '.rb') return path.posix.join('spec', `${name}_spec.rb`);
  return path.posix.join(dir, `${name}.test${ext}`);
}

/** The relative path by which a module imports another, with `/`. */
export function importPath(from: string, to: string): string {
  const relative = path.posix.relative(path.posix.dirname(from), to);
  return relative.startsWith('.') ? relative : `./${relative}`;
}
