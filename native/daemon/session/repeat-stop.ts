import { parseJson } from '../chat/formats/reading/argument-repair.ts';
import type { ReplyEvent, ReplyParser } from '../chat/formats/tool-format.ts';

type CallPiece = Extract<ReplyEvent, { kind: 'call' }>;

/**
 * A parser that ends the reply where a call repeats the one before it: a weak model that must call goes on with the
 * same call. A call that may become a repetition is held back until it differs.
 */
export class RepeatStop implements ReplyParser {
  readonly #parser: ReplyParser;
  /** The call before, where nothing followed it. */
  #last: Extract<ReplyEvent, { kind: 'callDone' }> | undefined;
  /** Its arguments without white space, and those of the held pieces. */
  #lastText = '';
  #written = '';
  #held: CallPiece[] = [];
  #isOver = false;

  constructor(parser: ReplyParser) {
    this.#parser = parser;
  }

  /** Whether a call was repeated: nothing is read any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  push(text: string): ReplyEvent[] {
    return this.#isOver ? [] : this.#parser.push(text).flatMap((event) => this.#filter(event));
  }

  end(truncated: boolean): ReplyEvent[] {
    if (this.#isOver) return [];
    const events = this.#parser.end(truncated).flatMap((event) => this.#filter(event));
    return this.#isOver ? events : [...events, ...this.#release()];
  }

  #filter(event: ReplyEvent): readonly ReplyEvent[] {
    if (this.#isOver) return [];
    switch (event.kind) {
      case 'call':
        this.#held.push(event);
        this.#written += withoutSpace(event.argumentsText);
        return this.#mayRepeat() ? [] : this.#release();
      case 'callDone':
        if (this.#last?.name === event.name && isSame(this.#last.arguments, event.arguments)) {
          this.#isOver = true;
          return [];
        }
        this.#last = event;
        this.#lastText = withoutSpace(event.arguments);
        return [...this.#release(), event];
      default:
        this.#last = undefined;
        return [...this.#release(), event];
    }
  }

  /** Whether the held pieces are the beginning of the last call; white space may differ. */
  #mayRepeat(): boolean {
    const last = this.#last;
    return last !== undefined && this.#held[0]?.name === last.name && this.#lastText.startsWith(this.#written);
  }

  #release(): readonly ReplyEvent[] {
    this.#written = '';
    return this.#held.splice(0);
  }
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}

function isSame(one: string, other: string): boolean {
  return one === other || JSON.stringify(parseJson(one)?.value) === JSON.stringify(parseJson(other)?.value);
}
