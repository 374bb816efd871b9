import type { ToPanel } from '../../webview/messages.ts';

/** Mentions that commands add to the draft. Those that come before the panel is open wait for it. */
export class AddedMentions {
  #waiting: string[] = [];
  #post: ((message: ToPanel) => void) | undefined;

  /** The panel is open: it gets what waits. */
  attach(post: (message: ToPanel) => void): void {
    this.#post = post;
    if (this.#waiting.length > 0) this.add(this.#waiting.join(' '));
    this.#waiting = [];
  }

  /** Adds a text at the end of the draft. */
  add(text: string): void {
    if (this.#post === undefined) this.#waiting.push(text);
    else this.#post({ type: 'draft', text, focus: true, adds: true });
  }
}
