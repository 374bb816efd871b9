import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { LogEntry } from '../../native/protocol/methods.ts';
import type { ModelSession } from './agent-model.ts';

/** Where a turn began. Restoring it keeps the first `messages` messages of session number `epoch`. */
export interface TurnStart {
  readonly turn: number;
  readonly epoch: number;
  readonly messages: number;
}

/** Data of a stored conversation. */
export interface EarlierConversation {
  /** Entries of the sessions that compaction replaced, oldest first. */
  readonly epochs: readonly (readonly LogEntry[])[];
  readonly turns: readonly TurnStart[];
  /** Workspace-relative paths that each tool call changed, by call id. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
}

const nothingEarlier: EarlierConversation = { epochs: [], turns: [], changed: new Map() };

/**
 * The agent's side of a conversation. Owns: the model's session, the sessions that compaction replaced, where each turn
 * began, which files each call changed. Does not own: what is said, storage, the panel's items.
 */
export class AgentConversation {
  #session: ModelSession;
  /** Kept so that turns before a compaction can be restored. */
  readonly #earlier: (readonly LogEntry[])[];
  #turns: TurnStart[];
  readonly #changed: Map<string, readonly string[]>;

  constructor(session: ModelSession, earlier: EarlierConversation = nothingEarlier) {
    this.#session = session;
    this.#earlier = [...earlier.epochs];
    this.#turns = [...earlier.turns];
    this.#changed = new Map(earlier.changed);
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

  /** Marks the next message as the beginning of this turn. */
  beginTurn(turn: number): TurnStart {
    const start = { turn, epoch: this.#earlier.length, messages: this.#session.entries.length };
    this.#turns.push(start);
    return start;
  }

  /** Notes the workspace-relative paths that a call changed. */
  noteChanged(callId: string, paths: readonly string[]): void {
    this.#changed.set(callId, paths);
  }

  /** Paths that a call of this conversation changed; none for a call that is unknown. */
  changedBy(callId: string): readonly string[] {
    return this.#changed.get(callId) ?? [];
  }

  /** Continues in another session after compaction. Keeps the entries of the old one and closes it. */
  async replaceSession(next: ModelSession): Promise<void> {
    const old = this.#session;
    this.#earlier.push([...old.entries]);
    this.#session = next;
    await old.close();
  }

  /** Continues with the same messages at another engine. The ids of the earlier sessions belong to the old one. */
  async moveTo(next: ModelSession): Promise<void> {
    const old = this.#session;
    this.#session = next;
    for (const [at, entries] of this.#earlier.entries()) this.#earlier[at] = entries.map(withoutIds);
    await old.close();
  }

  /**
   * Restores the conversation to where `turn` began. `reopen` opens a session for the entries of an earlier epoch.
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

/** An entry for another model than the one that its ids belong to. */
export function withoutIds({ message }: LogEntry): LogEntry {
  return { message, ids: [] };
}
