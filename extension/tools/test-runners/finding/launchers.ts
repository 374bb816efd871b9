import path from 'node:path';
import type { SimpleCommand } from './shell-words.ts';

/** A command without the programs that start it. */
export interface LaunchedCommand extends SimpleCommand {
  /** Launchers that set up what the command needs, such as `dotenv -e .env.test --`; they stay in front of it. */
  readonly launcher: readonly string[];
}

/** Programs of a package manager that start a command of a package. */
const packageStarters: readonly (readonly [RegExp, RegExp])[] = [
  [/^(npx|bunx|pnpx)$/, /^/],
  [/^(npm|pnpm|yarn|bun)$/, /^(exec|dlx|x)$/],
  [/^corepack$/, /^(npm|pnpm|yarn)$/],
];
/** Programs around a test command that it runs as well without: coverage, timing, variables that we set ourselves. */
const dropped = /^(c8|nyc|cross-env|cross-env-shell|env|time|nice|ionice)$/;
/** Programs that set up an environment which only they know. */
const kept = /^(dotenv|dotenvx|env-cmd|xvfb-run|op|doppler|infisical|with-server)$/;
/** Options of launchers that take the next word as their value. */
const valued = new Set(
  (
    '-p --package -e -f --file --env-file -r --reporter --reports-dir --report-dir -x --exclude -n --include ' +
    '-o --temp-directory --project --config -s --server-args'
  ).split(' '),
);

/** The command behind `npx`, `pnpm exec`, coverage tools and programs that set variables. */
export function withoutLaunchers({ variables, words }: SimpleCommand): LaunchedCommand {
  const rest = [...words];
  const set: Record<string, string> = { ...variables };
  const launcher: string[] = [];
  for (;;) {
    const program = path.posix.basename(rest[0] ?? '').replace(/\.cmd$/, '');
    const starter = packageStarters.find(
      ([name, verb]) => name.test(program) && (verb.source === '^' || verb.test(rest[1] ?? '')),
    );
    if (starter !== undefined) rest.splice(0, starter[1].source === '^' ? 1 : 2);
    else if (dropped.test(program)) rest.shift();
    else if (kept.test(program) && rest.length > 2) {
      const before = rest.length;
      const own = [...rest];
      rest.shift();
      if (rest[0] === 'run') rest.shift();
      skipOptions(rest);
      launcher.push(...own.slice(0, before - rest.length));
      continue;
    } else return { variables: set, words: rest, launcher };
    skipOptions(rest);
    while (/^[A-Za-z_]\w*=/.test(rest[0] ?? '')) {
      const [name = '', ...value] = (rest.shift() ?? '').split('=');
      set[name] = value.join('=');
    }
  }
}

/** Drops the options of a launcher, and the `--` behind them. */
function skipOptions(words: string[]): void {
  while (words[0]?.startsWith('-') === true) {
    const option = words.shift() ?? '';
    if (option === '--') return;
    if (valued.has(option) && words.length > 1) words.shift();
  }
}
