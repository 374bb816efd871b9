/** Follows the Markdown of an answer, as far as to know whether what comes next is quoted as code. */
export class QuotedText {
  /** The marks that opened the code block; the same or more of them end it. */
  #fence: string | undefined;
  /** The line that is being written. */
  #line = '';

  append(text: string): void {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#fence = fenceAfter(this.#line + line, this.#fence);
      this.#line = '';
    }
    this.#line += last;
  }

  /** Whether a code block is open, or code within the line. */
  get isOpen(): boolean {
    return this.#fence === undefined ? hasOpenCode(this.#line) : fenceAfter(this.#line, this.#fence) !== undefined;
  }
}

/** The fence that is open after a line. */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  const [, marks, rest = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (marks === undefined) return fence;
  if (fence !== undefined) return rest.trim() === '' && marks.startsWith(fence) ? undefined : fence;
  return marks.startsWith('`') && rest.includes('`') ? undefined : marks;
}

/** Whether a run of backticks in the line has no equal one after it. */
function hasOpenCode(line: string): boolean {
  const runs: readonly string[] = line.match(/`+/g) ?? [];
  for (let at = 0; at < runs.length; at += 1) {
    const end = runs.indexOf(runs[at] ?? '', at + 1);
    if (end === -1) return true;
    at = end;
  }
  return false;
}
