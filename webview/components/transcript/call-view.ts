import type { CallView } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { diffView } from './diff-view.ts';
import { attributes, el, icon } from '../element.ts';
import { TextPane } from './text-pane.ts';

/** Exactly what a call would do, or did: a command and its folder, the change of a file, or a text. */
export function callView(view: CallView, context: PanelContext): HTMLElement {
  switch (view.kind) {
    case 'diff':
      return diffView(view, context);
    case 'command':
      return commandView(view);
    case 'text': {
      const pane = new TextPane(say('result'));
      pane.update(view.text);
      return pane.element;
    }
  }
}

function commandView(view: Extract<CallView, { kind: 'command' }>): HTMLElement {
  const prompt = attributes(el('span', 'command-prompt', '$ '), { 'aria-hidden': 'true' });
  const command = attributes(el('pre', 'text-pane command-text', prompt, el('code', '', view.command)), {
    tabindex: 0,
    role: 'region',
    'aria-label': say('command'),
  });
  const folder = el(
    'div',
    'command-folder',
    icon('folder'),
    say('commandIn', view.folder === '' || view.folder === '.' ? say('workspaceFolder') : view.folder),
  );
  const notes =
    view.notes.length === 0
      ? undefined
      : el('ul', 'command-notes', ...view.notes.map((note) => el('li', '', icon('warning'), el('span', '', note))));
  return el('div', 'command', command, folder, notes);
}
