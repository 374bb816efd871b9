import path from 'node:path';
import { findProgram, type Environment } from './command-environment.ts';

/** The argv that runs a shell line; `verbatim` on Windows, where it is quoted already. */
export interface ShellCall {
  readonly argv: readonly string[];
  readonly verbatim: boolean;
}

/** Language of the command lines. `bash` means any POSIX shell. */
export type ShellKind = 'bash' | 'cmd' | 'powershell';

/** The shell that `shellCall` starts. */
export function shellKind(environment: NodeJS.ProcessEnv, platform = process.platform): ShellKind {
  if (platform !== 'win32') return 'bash';
  const program = path.win32.basename(environment['ComSpec'] ?? 'cmd.exe').toLowerCase();
  return /^(?:pwsh|powershell)(?:\.exe)?$/.test(program) ? 'powershell' : 'cmd';
}

/** bash if installed, else sh; cmd on Windows. Both output streams are joined, so that their order is kept. */
export function shellCall(command: string, environment: Environment): ShellCall {
  if (process.platform === 'win32')
    return { argv: [environment['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', `"${command}"`], verbatim: true };
  const shell = findProgram('bash', environment) ?? '/bin/sh';
  return { argv: ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', shell, '-c', command], verbatim: false };
}
