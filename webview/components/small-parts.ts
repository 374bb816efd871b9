import { visibleLine } from '../visible-text.ts';
import { attributes, el } from './element.ts';

/** A toolkit progress ring, for progress of unknown length. */
export function progressRing(label: string): HTMLElement {
  return attributes(document.createElement('vscode-progress-ring'), { 'aria-label': label });
}

/** A number or word in a filled shape. The toolkit's badge has an inline style, which the page's policy forbids. */
export function badge(text: string): HTMLElement {
  return el('span', 'badge', text);
}

/** A word in a frame. The toolkit's tag has an inline style too. */
export function tag(text: string): HTMLElement {
  return el('span', 'tag', text);
}

/** A toolkit link that calls `press` instead of navigating. */
export function link(text: string, hint: string, press: () => void): HTMLElement {
  const element = attributes(document.createElement('vscode-link'), { role: 'link', tabindex: 0, title: hint });
  element.textContent = text;
  onPress(element, press);
  return element;
}

/** Makes an element that is not a button react to clicks, Enter and Space. */
function onPress(element: HTMLElement, press: (event: Event) => void): void {
  element.addEventListener('click', (event) => {
    event.preventDefault();
    press(event);
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    press(event);
  });
}

/** A file name that calls `press` on a click. `path` is workspace-relative. */
export function fileLink(path: string, hint: string, press: () => void): HTMLElement {
  const shown = visibleLine(path);
  const slash = shown.lastIndexOf('/');
  const element = attributes(
    el(
      'button',
      'file-link',
      el('span', 'file-folder', shown.slice(0, slash + 1)),
      el('span', 'file-name', shown.slice(slash + 1)),
    ),
    { type: 'button', title: visibleLine(hint) },
  );
  element.addEventListener('click', (event) => {
    event.stopPropagation();
    press();
  });
  return element;
}
