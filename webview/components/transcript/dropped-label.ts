import { say } from '../../strings.ts';
import { attributes, el } from '../element.ts';
import { tag } from '../small-parts.ts';

/** Says that an interrupted step is no part of the conversation any more. */
export function droppedLabel(): HTMLElement {
  return attributes(el('div', 'dropped-label', tag(say('dropped')), el('span', '', say('droppedHint'))), {
    role: 'note',
  });
}
