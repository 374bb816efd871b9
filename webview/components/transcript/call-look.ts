import type { CallState, CallView } from '../../../extension/chat/item.ts';
import { say, type PanelString } from '../../strings.ts';
import { lineCount } from '../../state/wording.ts';

const toolIcons: Readonly<Record<string, string>> = {
  run_tests: 'beaker',
  read_file: 'file-code',
  search_text: 'search',
  list_files: 'list-tree',
  find_symbol: 'symbol-method',
  edit_file: 'edit',
  write_file: 'new-file',
  delete_file: 'trash',
  rename_symbol: 'replace-all',
  get_diagnostics: 'warning',
  run_command: 'terminal',
  read_output: 'output',
  update_plan: 'checklist',
  ask_user: 'question',
  delegate: 'rocket',
};

const states: Readonly<Record<CallState, { readonly icon: string; readonly text: PanelString }>> = {
  writing: { icon: 'loading', text: 'callWriting' },
  waiting: { icon: 'bell', text: 'callWaiting' },
  running: { icon: 'loading', text: 'callRunning' },
  done: { icon: 'check', text: 'callDone' },
  failed: { icon: 'error', text: 'callFailed' },
  declined: { icon: 'circle-slash', text: 'callDeclined' },
  cancelled: { icon: 'stop-circle', text: 'callCancelled' },
};

/** The codicon of a tool. Tools of other extensions share one. */
export function toolIcon(name: string): string {
  return toolIcons[name] ?? 'tools';
}

export function stateLook(state: CallState): { readonly icon: string; readonly text: string } {
  const look = states[state];
  return { icon: look.icon, text: say(look.text) };
}

/** True if the state is final. */
export function isOver(state: CallState): boolean {
  return state !== 'writing' && state !== 'waiting' && state !== 'running';
}

/** Result of a finished call, in a few words, for its folded card. Empty if the title is enough. */
export function resultInShort(name: string, state: CallState, result: string): string {
  if (!isOver(state) || result === '') return '';
  const first = result.split('\n', 1)[0] ?? '';
  if (state === 'failed') return first.replace(/^Error:\s*/, '');
  if (state !== 'done') return '';
  switch (name) {
    case 'run_tests':
    case 'search_text':
    case 'rename_symbol':
      return first;
    case 'get_diagnostics':
      return first === 'No problems' ? first : lineCount(result);
    case 'run_command':
      return result.trimEnd().split('\n').at(-1) ?? '';
    case 'read_file':
    case 'list_files':
    case 'find_symbol':
      return /^\[lines .*\]$/.test(first) ? first.slice(1, -1) : lineCount(result);
    default:
      return '';
  }
}

/** True if the call worked but its result reports a failure, e.g. of tests. */
export function reportsTrouble(name: string, result: string): boolean {
  if (name === 'run_tests') return /^\d+ failed/.test(result);
  if (name === 'run_command') return /exit code (?!0\b)\d+\s*$/.test(result);
  return /\nNew problems:/.test(result);
}

/** True if a card starts unfolded: it shows a change, running output, or a failure. */
export function startsOpen(call: {
  readonly name: string;
  readonly state: CallState;
  readonly result: string;
  readonly output: string;
  readonly view: CallView | undefined;
  readonly dropped: boolean;
}): boolean {
  if (call.dropped || call.state === 'waiting') return false; // a waiting call is shown in the approval bar
  if (call.view?.kind === 'diff') return call.state !== 'declined' && call.state !== 'cancelled';
  if (call.state === 'running') return call.output !== '';
  return call.state === 'done' && reportsTrouble(call.name, call.result);
}
