import type { ToPanel } from '../../webview/messages.ts';
import type { Transcript } from './transcript.ts';

/** Messages sent while a turn runs. Owns: which go into the next step, and which wait for the next turn. */
export class WaitingMessages {
  readonly #steering: string[] = [];
  readonly #queue: string[] = [];

  /** Takes a message in and returns what to tell the panel. `steer`: for the next step instead of the next turn. */
  add(text: string, steer: boolean, transcript: Transcript): ToPanel[] {
    (steer ? this.#steering : this.#queue).push(text);
    return transcript.waiting(text, steer);
  }

  /** Removes a waiting message. Returns its text and what to tell the panel; undefined when it no longer waits. */
  withdraw(id: string, transcript: Transcript): { readonly text: string; readonly told: ToPanel[] } | undefined {
    const item = transcript.items.find((candidate) => candidate.id === id);
    if (item?.kind !== 'user' || !item.queued) return undefined;
    const line = item.steers === true ? this.#steering : this.#queue;
    const at = line.indexOf(item.text);
    if (at < 0) return undefined;
    line.splice(at, 1);
    return { text: item.text, told: transcript.withdrawn(id) };
  }

  /** All steering messages, oldest first. They no longer wait. */
  takeSteering(): readonly string[] {
    return this.#steering.splice(0);
  }

  /** The request of the next turn. Steering that came too late goes first; the queue only continues after an answer. */
  takeNext(answered: boolean): string | undefined {
    return this.#steering.shift() ?? (answered ? this.#queue.shift() : undefined);
  }

  clear(): void {
    this.#steering.length = 0;
    this.#queue.length = 0;
  }
}
