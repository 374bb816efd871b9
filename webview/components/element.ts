type Child = Node | string | undefined;

/** Creates an element with a class and children. Undefined children are skipped. */
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

/** Sets attributes; undefined and false remove one. Returns the element. */
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

/** A codicon. Hidden from screen readers: the words next to it tell them. */
export function icon(name: string, className = ''): HTMLElement {
  return attributes(el('span', `codicon codicon-${name} ${className}`.trim()), { 'aria-hidden': 'true' });
}

/** Text for screen readers only. */
export function spoken(text: string): HTMLElement {
  return el('span', 'spoken', text);
}

/** Sets the text only when it differs, so that selections and live regions are not disturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

let nextId = 0;

/** A unique id for an element that others refer to. */
export function freshId(prefix: string): string {
  return `${prefix}-${nextId++}`;
}
