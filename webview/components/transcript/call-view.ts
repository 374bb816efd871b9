import type { CallView } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { lineCount } from '../../state/wording.ts';
import { visibleLine, visibleText } from '../../visible-text.ts';
import { diffView } from './diff-view.ts';
import { attributes, el, icon, setText } from '../element.ts';
import { TextPane } from './text-pane.ts';

/** A longer command is folded, and says how many lines it has. */
const shownLines = 8;
const shownLength = 800;

/** Exactly what a call would do, or did: a command and its folder, the change of a file, or a text. */
export function callView(view: CallView, context: PanelContext): HTMLElement {
  switch (view.kind) {
    case 'diff':
      return diffView(view, context);
    case 'command':
      return commandView(view);
    case 'text': {
      const pane = new TextPane(say('result'));
      pane.update(visibleText(view.text));
      return pane.element;
    }
  }
}

function commandView(view: Extract<CallView, { kind: 'command' }>): HTMLElement {
  const prompt = attributes(el('span', 'command-prompt', '$ '), { 'aria-hidden': 'true' });
  const command = attributes(el('pre', 'text-pane command-text', prompt, el('code', '', visibleText(view.command))), {
    tabindex: 0,
    role: 'region',
    'aria-label': say('command'),
  });
  const folder = el(
    'div',
    'command-folder',
    icon('folder'),
    say('commandIn', view.folder === '' || view.folder === '.' ? say('workspaceFolder') : visibleLine(view.folder)),
  );
  const notes =
    view.notes.length === 0
      ? undefined
      : el('ul', 'command-notes', ...view.notes.map((note) => el('li', '', icon('warning'), el('span', '', note))));
  return el('div', 'command', command, lengthOf(view.command, command), folder, notes);
}

/** The number of lines of a command with several, and for a long one a button that shows all of it. */
function lengthOf(command: string, text: HTMLElement): HTMLElement | undefined {
  const lines = command.split('\n').length;
  const isLong = lines > shownLines || command.length > shownLength;
  if (lines === 1 && !isLong) return undefined;
  const row = el('div', 'command-length', el('span', '', lineCount(command)));
  if (!isLong) return row;
  text.classList.add('folded');
  const more = attributes(el('button', 'more', say('showAll')), { type: 'button', 'aria-expanded': 'false' });
  more.addEventListener('click', (event) => {
    event.stopPropagation();
    const folded = text.classList.toggle('folded');
    setText(more, folded ? say('showAll') : say('showLess'));
    attributes(more, { 'aria-expanded': String(!folded) });
  });
  row.append(more);
  return row;
}
