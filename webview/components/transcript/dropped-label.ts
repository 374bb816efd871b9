import { say } from '../../strings.ts';
import { attributes, el } from '../element.ts';
import { tag } from '../small-parts.ts';

/** Label of an interrupted step. It is no longer part of the conversation. */
export function droppedLabel(): HTMLElement {
  return attributes(el('div', 'dropped-label', tag(say('dropped')), el('span', '', say('droppedHint'))), {
    role: 'note',
  });
}
