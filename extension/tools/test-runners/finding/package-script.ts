import { isRecord } from '../../../workspace/is-record.ts';
import path from 'node:path';

/** The fields used of a package.json. */
export interface PackageManifest {
  readonly scripts: Readonly<Record<string, string>>;
  /** All kinds of dependencies. */
  readonly dependencies: ReadonlySet<string>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a package.json; undefined if it is not a JSON object. */
export function readManifest(text: string): PackageManifest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isRecord(parsed)) return undefined;
  const scripts = isRecord(parsed['scripts'])
    ? Object.entries(parsed['scripts']).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    : [];
  const dependencies = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap(
    (kind) => (isRecord(parsed[kind]) ? Object.keys(parsed[kind]) : []),
  );
  return { scripts: Object.fromEntries(scripts), dependencies: new Set(dependencies), fields: parsed };
}

/** What stands for no tests: the placeholder that npm writes into a new package.json, and any other text. */
const placeholder = /no test specified|^\s*(echo\b[^&|;>]*|true|exit 0)(&&\s*exit \d\s*)?$/;
/** Scripts that test where none is named `test`, in the order of choice. */
const otherNames = ['test:unit', 'test:run', 'test:all', 'test:ci', 'unit', 'tests', 'spec'];

/** The name of the package's test script; undefined when it has none. */
export function testScriptName({ scripts }: PackageManifest): string | undefined {
  return ['test', ...otherNames].find((name) => scripts[name] !== undefined && !placeholder.test(scripts[name]));
}

/** `mocha` of `./node_modules/.bin/mocha`, `node_modules/mocha/bin/mocha.js`. */
export function programName(word: string): string {
  const slashed = word.replaceAll('\\', '/');
  const inPackage = /node_modules\/(?!\.bin\/)((?:@[^/]+\/)?[^/]+)\//.exec(slashed)?.[1];
  return inPackage ?? path.posix.basename(slashed).replace(/\.(c|m)?js$|\.cmd$|\.exe$/, '');
}
