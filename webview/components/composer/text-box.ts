import { attributes } from '../element.ts';

/** The members of the toolkit's text elements that are used here. */
interface TextElement extends HTMLElement {
  value: string;
  readonly control?: HTMLTextAreaElement | HTMLInputElement;
}

export interface TextBoxOptions {
  readonly label: string;
  readonly placeholder?: string;
  /** One line, or several that grow with the text. */
  readonly lines: 'one' | 'several';
}

/** A toolkit text area or text field. Owns: its text and caret. Does not own: what keys do. */
export class TextBox {
  readonly element: TextElement;

  constructor(options: TextBoxOptions) {
    this.element = document.createElement(
      options.lines === 'one' ? 'vscode-text-field' : 'vscode-text-area',
    ) as TextElement;
    attributes(this.element, {
      'aria-label': options.label,
      placeholder: options.placeholder,
      class: 'text-box',
      ...(options.lines === 'several' ? { rows: 1, resize: 'none' } : {}),
    });
  }

  get value(): string {
    return this.element.control?.value ?? this.element.value ?? '';
  }

  set value(text: string) {
    this.element.value = text;
    const { control } = this.element;
    if (control !== undefined && control.value !== text) control.value = text;
  }

  /** Offset of the caret; the end when it is unknown. */
  get caret(): number {
    return this.element.control?.selectionStart ?? this.value.length;
  }

  set caret(at: number) {
    this.element.control?.setSelectionRange(at, at);
  }

  set placeholder(text: string) {
    attributes(this.element, { placeholder: text });
  }

  focus(): void {
    this.element.focus();
    this.element.control?.focus();
  }

  onInput(listen: () => void): void {
    this.element.addEventListener('input', listen);
  }

  /** Listens for images that are pasted without a text beside them. */
  onImage(listen: () => void): void {
    this.element.addEventListener('paste', ({ clipboardData }) => {
      const items = [...(clipboardData?.items ?? [])];
      if (items.some(({ type }) => type.startsWith('image/')) && !items.some(({ kind }) => kind === 'string')) listen();
    });
  }

  /** Listens for keys, except those that an input method is composing with. */
  onKey(listen: (event: KeyboardEvent) => void): void {
    this.element.addEventListener('keydown', (event) => {
      if (!event.isComposing && event.keyCode !== 229) listen(event);
    });
  }
}
