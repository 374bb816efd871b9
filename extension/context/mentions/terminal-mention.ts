import { dataBlock } from '../../agent/data-block.ts';
import { translate } from '../../translation.ts';
import type { MentionKind } from './mention-kind.ts';
import type { TerminalHistory, TerminalRun } from './terminal-history.ts';
import { wordMention } from './word-mention.ts';

const outputMax = 6000;
const earlierMax = 1500;
const shortMax = 700;

/** `@terminal`: the last commands of the user's terminals, with their output. */
export function terminalMention(history: TerminalHistory): MentionKind {
  return wordMention('terminal', {
    detail: () => {
      const last = history.runs.at(-1);
      return last === undefined ? translate('no command yet') : last.command;
    },
    words: () => 'the terminal output below',
    full: async () => {
      const runs = history.runs.map((run, at) => said(run, at === history.runs.length - 1 ? outputMax : earlierMax));
      const none = 'No command has been run since the window was opened.';
      return dataBlock('terminal', {}, runs.length === 0 ? none : runs.join('\n\n'));
    },
    short: async () => {
      const last = history.runs.at(-1);
      return last === undefined ? 'No command has been run.' : said(last, shortMax);
    },
  });
}

function said(run: TerminalRun, most: number): string {
  const output = run.output().trim();
  const tail = output.length > most ? `[${output.length - most} characters left out]\n${output.slice(-most)}` : output;
  return [`$ ${run.command}`, ...(tail === '' ? [] : [tail]), endOf(run)].join('\n');
}

function endOf({ ended, exitCode }: TerminalRun): string {
  if (!ended) return 'still running';
  return exitCode === undefined ? 'ended' : `exit code ${exitCode}`;
}
