import { isRecord } from '../../../workspace/is-record.ts';
import path from 'node:path';
import { simpleCommands, type SimpleCommand } from './shell-words.ts';

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

/** The package's test script, resolved. */
export interface TestScript {
  /** The script's name: `test`, or the one it calls. */
  readonly name: string;
  /** Its last command, the test runner, without launchers such as `npx`. */
  readonly command: SimpleCommand;
  /** True if nothing else has to run, so that the runner can be called directly. */
  readonly alone: boolean;
}

const callsMax = 3;
/** The placeholder that npm writes into a new package.json. */
const placeholder = /no test specified/;

/** Undefined when there is no test script, or its last command cannot be read. */
export function testScript(manifest: PackageManifest): TestScript | undefined {
  let name = 'test';
  let alone = true;
  for (let calls = 0; calls < callsMax; calls++) {
    const text = manifest.scripts[name];
    if (text === undefined || placeholder.test(text)) return undefined;
    const commands = simpleCommands(text);
    const last = commands?.at(-1);
    if (commands === undefined || last === undefined) return undefined;
    const lifecycle = manifest.scripts[`pre${name}`] !== undefined || manifest.scripts[`post${name}`] !== undefined;
    alone &&= commands.length === 1 && !lifecycle;
    const called = calledScript(last);
    if (called === undefined) return { name, command: withoutLauncher(last), alone };
    // The runner is in another script. What runs before it in this script stays part of the script.
    if (!alone || Object.keys(last.variables).length > 0) return undefined;
    name = called;
  }
  return undefined;
}

/** True if the package defines a test script. */
export function hasTestScript(manifest: PackageManifest): boolean {
  const text = manifest.scripts['test'];
  return text !== undefined && !placeholder.test(text);
}

/** `npm run X`, `yarn X`, `pnpm run X`; undefined for anything else. */
function calledScript({ words }: SimpleCommand): string | undefined {
  const [program, verb, name] = words;
  if (!/^(npm|pnpm|yarn|bun)$/.test(program ?? '')) return undefined;
  if ((verb === 'run' || verb === 'run-script') && words.length === 3) return name;
  return words.length === 2 && /^test(:|$)/.test(verb ?? '') ? verb : undefined;
}

/** The command behind launchers such as `npx`, `pnpm exec` and coverage tools. */
function withoutLauncher(command: SimpleCommand): SimpleCommand {
  const words = [...command.words];
  for (;;) {
    const [program = '', verb] = words;
    if (/^(npx|bunx|c8|nyc)$/.test(program)) words.shift();
    else if (
      /^(pnpm|yarn|npm)$/.test(program) &&
      (verb === 'exec' || verb === 'dlx' || (program !== 'npm' && /^(jest|vitest|mocha|ts-mocha)$/.test(verb ?? '')))
    )
      words.splice(0, verb === 'exec' || verb === 'dlx' ? 2 : 1);
    else return { ...command, words };
    // Options of the launcher itself.
    while (words[0] === '--' || (words[0]?.startsWith('-') === true && !words[0].includes('test'))) words.shift();
  }
}

/** `mocha` of `./node_modules/.bin/mocha`, `node_modules/mocha/bin/mocha.js`. */
export function programName(word: string): string {
  const slashed = word.replaceAll('\\', '/');
  const inPackage = /node_modules\/(?!\.bin\/)((?:@[^/]+\/)?[^/]+)\//.exec(slashed)?.[1];
  return inPackage ?? path.posix.basename(slashed).replace(/\.(c|m)?js$|\.cmd$|\.exe$/, '');
}
