import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { LogEntry } from '../../native/protocol/methods.ts';
import type { ModelSession } from './agent-model.ts';

/** Where a turn began: restoring to it keeps `messages` messages of that epoch. */
export interface TurnStart {
  readonly turn: number;
  readonly epoch: number;
  readonly messages: number;
}

/**
 * The conversation as the agent holds it: the model's session, where each turn began, and the sessions that
 * compaction replaced. Append-only but for rewinding. Does not own: what is said, storage, the panel's items.
 */
export class AgentConversation {
  #session: ModelSession;
  /** Entries of the sessions before the last compaction, kept so that earlier turns can be restored. */
  readonly #earlier: (readonly LogEntry[])[];
  #turns: TurnStart[];

  constructor(session: ModelSession, earlier: readonly (readonly LogEntry[])[] = [], turns: readonly TurnStart[] = []) {
    this.#session = session;
    this.#earlier = [...earlier];
    this.#turns = [...turns];
  }

  get session(): ModelSession {
    return this.#session;
  }

  get turns(): readonly TurnStart[] {
    return this.#turns;
  }

  get earlier(): readonly (readonly LogEntry[])[] {
    return this.#earlier;
  }

  /** Notes that the next message begins a turn; returns its number. */
  beginTurn(): number {
    const turn = (this.#turns.at(-1)?.turn ?? -1) + 1;
    this.#turns.push({ turn, epoch: this.#earlier.length, messages: this.#session.entries.length });
    return turn;
  }

  /** Goes on in another session, after compaction; the old one's entries are kept, its KV is given up. */
  async replaceSession(next: ModelSession): Promise<void> {
    const old = this.#session;
    this.#earlier.push([...old.entries]);
    this.#session = next;
    await old.close();
  }

  /**
   * Puts the conversation back to where `turn` began. `reopen` opens a session for entries of an earlier epoch.
   * Returns false when there is no such turn.
   */
  async restoreTo(turn: number, reopen: (entries: readonly LogEntry[]) => Promise<ModelSession>): Promise<boolean> {
    const start = this.#turns.find((candidate) => candidate.turn === turn);
    if (start === undefined) return false;
    if (start.epoch === this.#earlier.length) await this.#session.rewind(start.messages);
    else {
      const entries = this.#earlier[start.epoch];
      if (entries === undefined) return false;
      const next = await reopen(entries.slice(0, start.messages));
      await this.#session.close();
      this.#session = next;
      this.#earlier.length = start.epoch;
    }
    this.#turns = this.#turns.filter((candidate) => candidate.turn < turn);
    return true;
  }

  /** The last message of the user, if any. */
  lastRequest(): string | undefined {
    return this.#session.entries.findLast((entry) => entry.message.role === 'user')?.message.content;
  }

  messages(): readonly ChatMessage[] {
    return this.#session.entries.map((entry) => entry.message);
  }
}
