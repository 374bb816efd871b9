import type { Node } from 'web-tree-sitter';

interface Comment {
  readonly from: number; // offset
  readonly to: number;
  readonly row: number; // its first line
  readonly column: number;
}

const docMax = 200;
/** Lines that may stand between a comment and its definition: attributes and annotations. */
const between = /^\s*(#\[|@|\[|template\s*<)/;

/** The comments of one text; finds the one that documents a definition. */
export class DocComments {
  readonly #text: string;
  readonly #byStart = new Map<number, Comment>();
  readonly #byEnd = new Map<number, Comment>(); // by their last line

  constructor(text: string) {
    this.#text = text;
  }

  add(node: Node): void {
    const comment: Comment = {
      from: node.startIndex,
      to: node.endIndex,
      row: node.startPosition.row,
      column: node.startPosition.column,
    };
    const end = node.endPosition;
    this.#byStart.set(comment.from, comment);
    // Rust's comments include their line end.
    this.#byEnd.set(end.column === 0 && end.row > comment.row ? end.row - 1 : end.row, comment);
  }

  /** First line of the documentation: of the string the body begins with, or of the comment above. */
  of(statement: Node, body: Node | undefined): string | undefined {
    const inside = body && this.#byStart.get(body.startIndex);
    if (inside !== undefined) return this.#firstLine(inside);
    if (this.#byEnd.size === 0) return undefined;
    let row = statement.startPosition.row - 1;
    let lineEnd = this.#text.lastIndexOf('\n', statement.startIndex - 1);
    for (let passed = 0; passed < 10 && !this.#byEnd.has(row) && lineEnd > 0; passed++) {
      const lineStart = this.#text.lastIndexOf('\n', lineEnd - 1) + 1;
      if (!between.test(this.#text.slice(lineStart, lineEnd))) return undefined;
      lineEnd = lineStart - 1;
      row--;
    }
    let comment = this.#byEnd.get(row);
    // A comment behind code on the same line is about that code.
    if (comment === undefined || !this.#ownLine(comment)) return undefined;
    for (
      let above = this.#byEnd.get(comment.row - 1);
      above !== undefined &&
      this.#ownLine(above) &&
      above.column === comment.column &&
      !this.#isBlock(comment) &&
      !this.#isBlock(above);
      above = this.#byEnd.get(comment.row - 1)
    )
      comment = above;
    return this.#firstLine(comment);
  }

  #isBlock({ from }: Comment): boolean {
    return this.#text.startsWith('/*', from);
  }

  #ownLine({ from, column }: Comment): boolean {
    return this.#text.slice(from - column, from).trim() === '';
  }

  #firstLine({ from, to }: Comment): string | undefined {
    for (const line of this.#text.slice(from, Math.min(to, from + 1000)).split('\n', 6)) {
      const bare = line
        .replace(/^\s*(\/\*+!?|\*+\/|\*+|\/\/+!?|#+|--+|;+|<#|[rRuUbB]?("""|'''|"|'))?/, '')
        .replace(/(\*\/|"""|'''|"|')?\s*$/, '')
        .replace(/<\/?summary>|<!--|-->/g, '')
        .trim();
      if (/^(eslint|oxlint|prettier|@ts-|istanbul|c8|@license|@preserve|!)/.test(bare)) return undefined;
      if (bare !== '') return bare.length > docMax ? `${bare.slice(0, docMax - 3)}...` : bare;
    }
    return undefined;
  }
}
