import { attributes, el } from '../element.ts';

const segmentLines = 200;

/**
 * Plain text that may be long and may grow. It is kept in segments, so that appending lays out only the last one.
 * Follows its end while text arrives, unless the user has scrolled up.
 */
export class TextPane {
  readonly element: HTMLElement;
  readonly #body: HTMLElement;
  #text = '';
  #lines = 0; // of the last segment

  constructor(label: string) {
    this.#body = el('code', 'pane-text');
    this.element = attributes(el('pre', 'text-pane', this.#body), { tabindex: 0, role: 'region', 'aria-label': label });
  }

  update(text: string): void {
    if (text === this.#text) return;
    const atEnd = this.element.scrollTop + this.element.clientHeight >= this.element.scrollHeight - 8;
    if (this.#text === '' || !text.startsWith(this.#text)) {
      this.#body.replaceChildren();
      this.#lines = 0;
      this.#add(text);
    } else this.#add(text.slice(this.#text.length));
    const grew = this.#text !== '';
    this.#text = text;
    if (grew && atEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  #add(text: string): void {
    let rest = text;
    while (rest !== '') {
      let segment = this.#body.lastElementChild;
      if (segment === null || this.#lines >= segmentLines) {
        segment = el('span', 'pane-segment');
        this.#body.append(segment);
        this.#lines = 0;
      }
      const end = endOfLines(rest, segmentLines - this.#lines);
      const piece = rest.slice(0, end);
      segment.append(piece);
      this.#lines += piece.split('\n').length - 1;
      rest = rest.slice(end);
    }
  }
}

/** The offset after that many lines, or the end. */
function endOfLines(text: string, lines: number): number {
  let at = 0;
  for (let line = 0; line < lines; line++) {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return text.length;
    at = newline + 1;
  }
  return at;
}
