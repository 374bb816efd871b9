import { visibleLine } from '../visible-text.ts';
import { attributes, el, icon } from './element.ts';

export interface ButtonOptions {
  readonly label: string;
  readonly look: 'primary' | 'secondary' | 'icon';
  /** Name of a codicon. Required when the look is `icon`. */
  readonly icon?: string;
  /** Shown on hover instead of the label. */
  readonly hint?: string;
  readonly press: () => void;
}

/** A toolkit button. */
export function button(options: ButtonOptions): HTMLElement {
  const element = attributes(document.createElement('vscode-button'), { appearance: options.look });
  if (options.icon !== undefined)
    element.append(options.look === 'icon' ? icon(options.icon) : attributes(icon(options.icon), { slot: 'start' }));
  if (options.look !== 'icon' && options.icon !== undefined) element.classList.add('with-icon');
  if (options.look !== 'icon') element.append(el('span', 'button-label', visibleLine(options.label)));
  labelButton(element, options.label, options.hint ?? (options.look === 'icon' ? options.label : undefined));
  element.addEventListener('click', (event) => {
    event.stopPropagation();
    if (!element.hasAttribute('disabled')) options.press();
  });
  return element;
}

/**
 * A plain button with only a codicon, for places that draw dozens while the user scrolls or an answer streams: each
 * toolkit button costs about a millisecond.
 */
export function lightButton(options: Pick<ButtonOptions, 'label' | 'press'> & { readonly icon: string }): HTMLElement {
  const element = attributes(el('button', 'light-button', icon(options.icon)), { type: 'button' });
  labelButton(element, options.label, options.label);
  element.addEventListener('click', (event) => {
    event.stopPropagation();
    options.press();
  });
  return element;
}

/** Changes a button's accessible name and hint. Its visible text stays. */
export function labelButton(element: HTMLElement, label: string, hint: string | undefined): void {
  attributes(element, { 'aria-label': visibleLine(label), title: hint === undefined ? undefined : visibleLine(hint) });
}

/** Confirms briefly that a button did its work: shows a check mark and `label`, then restores both. */
export function flashButton(element: HTMLElement, label: string): void {
  const mark = element.querySelector('.codicon');
  const before = {
    label: element.getAttribute('aria-label') ?? '',
    hint: element.getAttribute('title') ?? undefined,
    icon: mark?.className ?? '',
  };
  if (before.label === label) return;
  labelButton(element, label, label);
  if (mark !== null) mark.className = 'codicon codicon-check';
  setTimeout(() => {
    labelButton(element, before.label, before.hint);
    if (mark !== null) mark.className = before.icon;
  }, 1500);
}
