/**
 * Variables that only change how a program reports or where a test server listens. Every other name may make a program
 * run code or read another configuration: PATH, LD_*, NODE_OPTIONS, GIT_*, BASH_ENV, IFS, PYTHON*, EDITOR, npm_config_*
 * and many more. So this list names the harmless ones.
 */
const harmless = new Set(
  [
    ['CI', 'DEBUG', 'VERBOSE', 'QUIET', 'LOG_LEVEL', 'RUST_LOG', 'RUST_BACKTRACE'],
    ['NODE_ENV', 'RAILS_ENV', 'RACK_ENV', 'APP_ENV', 'MIX_ENV', 'GOOS', 'GOARCH', 'CGO_ENABLED'],
    ['FORCE_COLOR', 'NO_COLOR', 'CLICOLOR', 'CLICOLOR_FORCE', 'COLORTERM', 'TERM', 'COLUMNS', 'LINES'],
    ['LANG', 'LANGUAGE', 'TZ', 'PORT', 'UPDATE_SNAPSHOTS', 'UPDATE_SNAPSHOT', 'MOONWRIGHT_SLOW'],
  ].flat(),
);

/** Whether setting this variable for a command runs no other code. */
export function isHarmlessVariable(name: string): boolean {
  return harmless.has(name) || /^LC_[A-Z]+$/.test(name);
}

/** The variable's name in `NAME=value`; undefined for any other word. */
export function assignedName(word: string): string | undefined {
  return /^([A-Za-z_]\w*)=/.exec(word)?.[1];
}
