import { findProgram, type Environment } from './command-environment.ts';

/** The argv that runs a shell line; `verbatim` on Windows, where it is quoted already. */
export interface ShellCall {
  readonly argv: readonly string[];
  readonly verbatim: boolean;
}

/** bash if installed, else sh; cmd on Windows. Both output streams are joined, so that their order is kept. */
export function shellCall(command: string, environment: Environment): ShellCall {
  if (process.platform === 'win32')
    return { argv: [environment['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', `"${command}"`], verbatim: true };
  const shell = findProgram('bash', environment) ?? '/bin/sh';
  return { argv: ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', shell, '-c', command], verbatim: false };
}
