type Child = Node | string | undefined;

/** A new element with a class and children; undefined children are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** Sets attributes; undefined removes one. Returns the element. */
export function attributes<E extends Element>(
  element: E,
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): E {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else {
      const text = value === true ? '' : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
  return element;
}

/** A codicon. Says nothing to a screen reader: the words next to it do. */
export function icon(name: string, className = ''): HTMLElement {
  return attributes(el('span', `codicon codicon-${name} ${className}`.trim()), { 'aria-hidden': 'true' });
}

/** Text that only a screen reader meets. */
export function spoken(text: string): HTMLElement {
  return el('span', 'spoken', text);
}

/** Sets the text when it is another one, so that selections and live regions are not disturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

let nextId = 0;

/** An id for an element that others refer to. */
export function freshId(prefix: string): string {
  return `${prefix}-${nextId++}`;
}
