import { translate } from '../../translation.ts';
import type { MentionKind } from './mention-kind.ts';
import type { TerminalHistory, TerminalRun } from './terminal-history.ts';
import { wordMention } from './word-mention.ts';

const outputMax = 6000;
const earlierMax = 1500;
const shortMax = 700;

/** `@terminal`: the last commands of the user's terminals, with what they printed. */
export function terminalMention(history: TerminalHistory): MentionKind {
  return wordMention('terminal', {
    detail: () => {
      const last = history.runs.at(-1);
      return last === undefined ? translate('no command yet') : last.command;
    },
    words: () => 'the terminal output below',
    full: async () => {
      const runs = history.runs.map((run, at) => said(run, at === history.runs.length - 1 ? outputMax : earlierMax));
      return `<terminal>\n${runs.length === 0 ? 'No command has been run since the window was opened.' : runs.join('\n\n')}\n</terminal>`;
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
  const end = run.ended ? (run.exitCode === undefined ? 'ended' : `exit code ${run.exitCode}`) : 'still running';
  return [`$ ${run.command}`, ...(tail === '' ? [] : [tail]), end].join('\n');
}
