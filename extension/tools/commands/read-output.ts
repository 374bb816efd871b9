import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { translate } from '../../translation.ts';
import { endText, type CommandRuns } from './command-runs.ts';
import description from './read-output.md';
import { endedLine } from './run-command.ts';
import { ToolError, type Tool } from '../tool.ts';
import { unanswered } from './unanswered-question.ts';

const schema = z.object({
  command_id: z.int().describe('The number that run_command returned'),
  stop: z.boolean().optional(),
});

/** How long to wait for new output, in milliseconds: an empty answer would only be asked for again. */
const patienceMs = 3000;

/** read_output: the new output of a background command; ends the command when asked to. */
export function readOutput(commands: CommandRuns): Tool<typeof schema> {
  return {
    name: 'read_output',
    description,
    schema,
    intent({ command_id: id, stop }) {
      const command = commands.background(id);
      if (command === undefined) {
        const running = commands.running();
        const others =
          running.length === 0 ? 'None is running in the background.' : `Running are ${running.join(', ')}.`;
        throw new ToolError(`there is no command ${id}. ${others}`);
      }
      return {
        access: { kind: 'none' },
        title:
          stop === true
            ? translate('Stop command {0} ({1})', id, command.command)
            : translate('Read output of command {0} ({1})', id, command.command),
        async run({ signal }) {
          const stopped = stop === true && command.end === undefined;
          if (stopped) await command.stop();
          else await Promise.race([command.changed(), pause(signal)]);
          const ended = command.end === undefined ? 'still running' : endText(command.end);
          const asks = command.asks ? `${unanswered}\n` : '';
          return { text: `${endedLine(command.take())}${asks}${stopped ? 'stopped' : ended}`, failed: false };
        },
      };
    },
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await Promise.race([
    delay(patienceMs, undefined, { ref: false }),
    new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
  ]);
}
