import type { Environment } from '../commands/command-environment.ts';
import { endText } from '../commands/command-runs.ts';
import { PlainText } from '../commands/plain-text.ts';
import type { ProcessEnd, ProcessGroups, ProcessSpec } from '../commands/process-group.ts';
import type { TerminalMirror } from '../commands/terminal-mirror.ts';

export interface TestRunHost {
  readonly groups: ProcessGroups;
  readonly mirror: TerminalMirror;
  readonly environment: Environment;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
}

/** A program of the tests, as the user sees it and as it is started. */
interface MirroredProgram extends Pick<ProcessSpec, 'argv' | 'folder' | 'verbatim'> {
  readonly line: string;
  /** Beside the environment of the host. */
  readonly variables: Environment;
  /** Makes what the user watches of the output. */
  readonly live?: (raw: string) => string;
}

/** Characters of output that are kept: for some runners the output is the result, so it is not cut early. */
const outputMax = 32 << 20;

/** Runs a program to its end and mirrors what it prints; `output` is all of it, without ANSI codes. */
export async function runMirrored(
  { line, folder, argv, verbatim, variables, live = (raw) => raw }: MirroredProgram,
  host: TestRunHost,
): Promise<{ readonly end: ProcessEnd; readonly output: string }> {
  const plain = new PlainText();
  const plainShown = new PlainText();
  let output = '';
  const shown = host.mirror.open({ line, folder, background: false }, () => running.stop());
  const environment = { ...host.environment, ...variables };
  const running = host.groups.start(
    { argv, folder, environment, timeoutMs: host.timeoutMs, ...(verbatim === true && { verbatim }) },
    (raw) => {
      output = (output + plain.push(raw)).slice(-outputMax);
      const watched = live(raw);
      if (watched === '') return;
      shown.write(watched);
      host.onOutput(plainShown.push(watched));
    },
    host.signal,
  );
  const end = await running.ended;
  shown.end(endText(end, host.timeoutMs));
  return { end, output };
}
