import { lastLines } from '../commands/output-buffer.ts';
import type { Preparation } from './finding/javascript-project.ts';
import { packageVariables, scriptLine } from './finding/package-commands.ts';
import { runMirrored, type TestRunHost } from './mirrored-run.ts';
import type { TestRunEnd } from './run-test-run.ts';

const linesShown = 25;

/** Runs what tests need, such as a build: each line once, however many runs need it. */
export class TestPreparations {
  readonly #done = new Map<string, Promise<TestRunEnd | undefined>>();

  /** Why the tests cannot run; undefined when all lines ended well. */
  async run(lines: readonly Preparation[], host: TestRunHost): Promise<TestRunEnd | undefined> {
    for (const line of lines) {
      const key = `${line.folder}\n${line.text}`;
      const done = this.#done.get(key) ?? prepare(line, host);
      this.#done.set(key, done);
      const broken = await done;
      if (broken !== undefined) return broken;
    }
    return undefined;
  }
}

async function prepare({ folder, text }: Preparation, host: TestRunHost): Promise<TestRunEnd | undefined> {
  const call = scriptLine(text, host.environment);
  const variables = packageVariables(folder, host.environment);
  const { end, output } = await runMirrored({ ...call, line: text, folder, variables }, host);
  if (end.kind === 'exited' && end.code === 0) return undefined;
  const printed = lastLines(output, linesShown);
  if (end.kind === 'stopped') return { kind: 'broken', sentence: 'the tests were stopped by the user.', printed };
  const how = {
    exited: 'failed',
    timedOut: `did not end within ${Math.round(host.timeoutMs / 1000)} s`,
    failed: 'could not be started',
  }[end.kind];
  const sentence = `\`${text}\`, which the tests need, ${how}. The output ends with:`;
  return { kind: 'broken', sentence, printed };
}
