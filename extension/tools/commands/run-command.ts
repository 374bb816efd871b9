import * as z from 'zod';
import { translate } from '../../translation.ts';
import { endText, type CommandRuns } from './command-runs.ts';
import description from './run-command.md';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import { endsInQuestion, unanswered, wantedAnswer } from './unanswered-question.ts';

const schema = z.object({
  command: z.string().min(1),
  timeout_s: z.number().positive().max(3600).optional(),
  background: z.boolean().optional(),
});

const timeoutSeconds = 120;

/** Keeps what a command may change, so that it can be undone. Paths are absolute. */
export interface CommandObserver {
  /** What could not be restored if a command ran in `folder` now, one sentence each. No side effects. */
  uncovered(folder: string): Promise<readonly string[]>;
  /** Saves the files below `folder`; called right before a command runs. */
  beforeCommand(folder: string): Promise<void>;
  /** The files that were changed. */
  afterCommand(folder: string): Promise<readonly string[]>;
}

export interface RunCommandParts {
  readonly files: WorkspaceFiles;
  readonly commands: CommandRuns;
  readonly observer: CommandObserver;
}

/** run_command: runs a shell line in the workspace folder, to its end or in the background. */
export function runCommand({ files, commands, observer }: RunCommandParts): Tool<typeof schema> {
  return {
    name: 'run_command',
    description,
    schema,
    intent({ command, timeout_s: timeout, background }) {
      const folder = files.folders[0]?.path;
      if (folder === undefined) throw new ToolError('no folder is open. Ask the user to open one.');
      const later =
        background === true
          ? [translate('Changes it makes later, in the background, cannot be undone with this turn.')]
          : [];
      const intent = {
        access: { kind: 'command', command, folder },
        title: background === true ? translate('Start {0}', command) : translate('Run {0}', command),
      } as const;
      return {
        ...intent,
        preview: { kind: 'command', command, folder, notes: later },
        look: async () => ({
          ...intent,
          preview: { kind: 'command', command, folder, notes: [...(await observer.uncovered(folder)), ...later] },
          async run({ signal, onOutput }) {
            await observer.beforeCommand(folder);
            const done =
              background === true
                ? start(command, folder)
                : await runToEnd(command, folder, { timeoutMs: (timeout ?? timeoutSeconds) * 1000, signal, onOutput });
            const changed = (await observer.afterCommand(folder)).map((file) => files.relative(file));
            return { ...done, changed };
          },
        }),
      };
    },
  };

  function start(command: string, folder: string): { text: string; failed: boolean } {
    return { text: `Started as command ${commands.startBackground({ command, folder }).id}.`, failed: false };
  }

  async function runToEnd(
    command: string,
    folder: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly onOutput: (text: string) => void },
  ): Promise<{ text: string; failed: boolean }> {
    const { text, end } = await commands.run({ command, folder }, options);
    if (end.kind === 'failed') throw new ToolError(`the command could not be started: ${end.message}.`);
    const left =
      end.kind === 'exited' && end.leftProcesses
        ? '[The processes it left running were stopped. Use background: true for anything that should keep running.]\n'
        : '';
    const asks =
      (end.kind === 'exited' && wantedAnswer(text, end.code)) || (end.kind !== 'exited' && endsInQuestion(text))
        ? `${unanswered}\n`
        : '';
    return {
      text: `${endedLine(text)}${left}${asks}${endText(end, options.timeoutMs)}`,
      failed: end.kind !== 'exited' || end.code !== 0,
    };
  }
}

/** The output with a line end after it; empty output stays empty. */
export function endedLine(output: string): string {
  return output === '' || output.endsWith('\n') ? output : `${output}\n`;
}
