/** Said to the model and the user of a command that waits for an answer, or ended for want of one. */
export const unanswered =
  '[It seems to wait for an answer, and commands have no input. Answer in the command itself, for example with -y.]';

/** How long a command is quiet behind a question before the user is told, in milliseconds. */
export const quietMsDefault = 10_000;

/** A choice as programs offer it. */
const choice = /[[(](?:y(?:es)?\/n(?:o)?|n\/y)(?:\/[^\])]*)?[\])]/i;
/** What programs say that wanted to ask and could not. */
const couldNotAsk = new RegExp(
  [
    'EOFError: EOF when reading a line',
    'a (?:terminal|password) is required',
    'no tty present',
    '(?:not|isn.t) a (?:tty|terminal)',
    'inappropriate ioctl for device',
    'terminal prompts disabled',
    'could not read (?:Username|Password)',
    'Host key verification failed',
    'Permission denied \\((?=[^)]*(?:password|keyboard-interactive))',
    'cannot prompt',
    'non-?interactive (?:mode|terminal|shell|environment)',
    'readline was closed',
    'User force closed the prompt',
  ].join('|'),
  'i',
);

/** Whether output ends as a program leaves it that waits for an answer: in a line that is not over. */
export function endsInQuestion(output: string): boolean {
  return /[?:>\])][ \t]*$/.test(output.slice(-200));
}

/** Whether a command that ended by itself had wanted an answer. */
export function wantedAnswer(output: string, code: number): boolean {
  const end = output.slice(-2000);
  const open = end.slice(end.lastIndexOf('\n') + 1);
  if (code === 0) return choice.test(open);
  return couldNotAsk.test(end) || endsInQuestion(open);
}
