import { spawn } from 'node:child_process';
import type { LibraryVariant, NativeDevice } from '../../addon/contract.ts';

/** The one line of JSON that a probing child prints. */
export type ProbeAnswer =
  | { readonly kind: 'devices'; readonly devices: readonly NativeDevice[] }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

interface ProbeRequest {
  readonly variant: LibraryVariant;
  /** Added to the child's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Asks what devices a variant sees. Never rejects: what goes wrong is an answer of kind `error`. */
export type Probe = (request: ProbeRequest) => Promise<ProbeAnswer>;

const outputMax = 1 << 20;

/**
 * A probe that runs `command ARGUMENTS... VARIANT` and reads one line of JSON from it. A child that crashes is reported
 * by its signal and its last words, one that takes longer than `timeoutMs` is killed.
 */
export function childProbe(command: readonly [string, ...string[]], timeoutMs: number): Probe {
  return ({ variant, environment, signal }) =>
    new Promise((resolve) => {
      const [file, ...parameters] = command;
      const child = spawn(file, [...parameters, variant], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
      let output = '';
      let errors = '';
      let late = false;
      const kill = (): void => void child.kill('SIGKILL');
      const timer = setTimeout(() => {
        late = true;
        kill();
      }, timeoutMs);
      signal.addEventListener('abort', kill, { once: true });
      const settle = (answer: ProbeAnswer): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', kill);
        resolve(answer);
      };
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-outputMax)));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-outputMax)));
      child.on('error', (error) => settle(failure(`the check could not start: ${error.message}`)));
      child.on('close', (code, killed) => {
        if (late) settle(failure(`loading it took longer than ${timeoutMs / 1000} s`));
        else if (signal.aborted) settle(failure('the check was given up'));
        else
          settle(
            readAnswer(output) ??
              failure(`loading it ended the process with ${killed ?? `status ${code}`}${lastWords(errors)}`),
          );
      });
    });
}

function failure(message: string): ProbeAnswer {
  return { kind: 'error', code: 'library.unusable', message };
}

function lastWords(errors: string): string {
  // Node ends what it says of an error with its own version.
  const line =
    errors
      .trim()
      .split('\n')
      .findLast((each) => !/^(Node\.js v|\s*at |\s*$)/.test(each))
      ?.trim() ?? '';
  return line === '' ? '' : `: ${line}`;
}

/** The answer in the last line; undefined when it is not one, as when the child died while it wrote. */
function readAnswer(output: string): ProbeAnswer | undefined {
  const line = output.trim().split('\n').at(-1) ?? '';
  try {
    const value: unknown = JSON.parse(line);
    return isAnswer(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isAnswer(value: unknown): value is ProbeAnswer {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'devices' ? 'devices' in value && Array.isArray(value.devices) : value.kind === 'error';
}
