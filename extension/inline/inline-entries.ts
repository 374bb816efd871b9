import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { ModelFacts } from '../agent/agent-model.ts';
import type { Remedy } from '../rewrite/refusal.ts';

/** A message of the user or of the model. */
export interface InlineEntry {
  readonly author: 'user' | 'model';
  /** The user's plain text, or the model's Markdown, which is untrusted. */
  text: string;
  /** Our own Markdown about it: the change, its outcome, an error. */
  note: string;
  /** True for the answer that made the open proposal. */
  proposes: boolean;
  /** Remedy for the problem in the note, as a button. */
  remedy?: Remedy;
}

/** Questions and answers that larger models are reminded of. */
const turnsKept = 6;

/** Messages of one inline chat: for the view, and for the next request to the model. */
export class InlineEntries {
  readonly #all: InlineEntry[] = [];
  readonly #changed: () => void;
  #turns: ChatMessage[] = [];

  /** `changed` is called after every change. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get all(): readonly InlineEntry[] {
    return this.#all;
  }

  /** Adds the user's message and an empty answer. */
  ask(text: string): void {
    this.#all.push(
      { author: 'user', text, note: '', proposes: false },
      { author: 'model', text: '', note: '', proposes: false },
    );
    this.#changed();
  }

  /** Sets the text of the last answer. */
  write(text: string): void {
    const answer = this.#all.at(-1);
    if (answer === undefined || answer.text === text) return;
    answer.text = text;
    this.#changed();
  }

  /** Adds to the text of the last answer. */
  append(piece: string): void {
    this.write(`${this.#all.at(-1)?.text ?? ''}${piece}`);
  }

  /** Sets the note of the last answer. */
  note(text: string, remedy?: Remedy): void {
    const answer = this.#all.at(-1);
    if (answer === undefined) return;
    answer.note = text;
    if (remedy !== undefined) answer.remedy = remedy;
    this.#changed();
  }

  /** Adds a paragraph to the note of the last answer. */
  addNote(text: string): void {
    const note = this.#all.at(-1)?.note ?? '';
    this.note(note === '' ? text : `${note}\n\n${text}`);
  }

  /** The open proposal is that of the last answer. */
  propose(): void {
    for (const entry of this.#all) entry.proposes = entry === this.#all.at(-1);
    this.#changed();
  }

  /** Keeps a question and its answer for the model. */
  remember(question: string, answer: string): void {
    this.#turns = [
      ...this.#turns,
      { role: 'user' as const, content: question },
      { role: 'assistant' as const, content: answer },
    ].slice(-2 * turnsKept);
  }

  /** Puts the earlier turns between the system message and the rest. Small models only know single questions. */
  withEarlierTurns({ profile }: ModelFacts, messages: readonly ChatMessage[]): readonly ChatMessage[] {
    if (profile === 'compact') return messages;
    const [system, ...rest] = messages;
    return system === undefined ? rest : [system, ...this.#turns, ...rest];
  }
}
