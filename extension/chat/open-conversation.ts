import type { LogEntry } from '../../native/protocol/methods.ts';
import { AgentConversation } from '../agent/agent-conversation.ts';
import type { AgentModel, ModelSession } from '../agent/agent-model.ts';
import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { Item } from './item.ts';
import type { ToPanel } from '../../webview/messages.ts';
import { applyLine, type ConversationRecord, type RecordLine } from './conversation-record.ts';
import type { ConversationStore } from './conversation-store.ts';
import { Transcript } from './transcript.ts';

const titleMax = 60;

/**
 * The conversation that is open in the panel: its record on disk, its transcript, and the model's session once it is
 * needed. Owns: keeping the three in step. Does not own: turns, the panel.
 */
export class OpenConversation {
  readonly record: ConversationRecord;
  transcript: Transcript;
  readonly #store: ConversationStore;
  #agent: AgentConversation | undefined;
  #saved: { epoch: number; count: number };

  constructor(record: ConversationRecord, store: ConversationStore) {
    this.record = record;
    this.#store = store;
    this.transcript = new Transcript(record.items.map(settleInterrupted));
    this.#saved = { epoch: record.epochs.length - 1, count: record.epochs.at(-1)?.length ?? 0 };
  }

  get id(): string {
    return this.record.id;
  }

  get agent(): AgentConversation | undefined {
    return this.#agent;
  }

  get entries(): readonly LogEntry[] {
    return this.#agent?.session.entries ?? this.record.epochs.at(-1) ?? [];
  }

  /** Whether the last turn has no end, or one that can be continued. */
  get canContinue(): boolean {
    const last = this.transcript.items.findLast((item) => item.kind === 'user' || item.kind === 'turnEnd');
    return (
      last !== undefined &&
      this.entries.length > 0 &&
      (last.kind === 'user' || (last.kind === 'turnEnd' && last.outcome !== 'answered' && last.state !== 'undone'))
    );
  }

  get lastTurn(): number {
    return this.record.turns.at(-1)?.turn ?? -1;
  }

  /** The model's session, opened from the stored ids where they are this model's, else from the messages. */
  async session(model: AgentModel, tools: readonly ToolDefinition[]): Promise<AgentConversation> {
    if (this.#agent !== undefined) return this.#agent;
    const open = await this.#open(model, tools, this.record.epochs.at(-1) ?? []);
    this.#agent = new AgentConversation(open, this.record.epochs.slice(0, -1), this.record.turns);
    return this.#agent;
  }

  /** Opens a session for entries of this conversation; ids of another model are rendered anew. */
  async #open(
    model: AgentModel,
    tools: readonly ToolDefinition[],
    entries: readonly LogEntry[],
  ): Promise<ModelSession> {
    const label = this.record.title;
    if (this.record.fingerprint === model.facts.fingerprint || entries.length === 0)
      return model.open({ tools, label }, entries);
    const session = await model.open({ tools, label });
    await session.append(entries.map((entry) => entry.message));
    return session;
  }

  reopen(model: AgentModel, tools: readonly ToolDefinition[]): (entries: readonly LogEntry[]) => Promise<ModelSession> {
    return (entries) => this.#open(model, tools, entries);
  }

  /** Notes the turn on disk and names the conversation after its first request. */
  async beginTurn(agent: AgentConversation, text: string): Promise<number> {
    const turn = agent.beginTurn();
    const start = agent.turns.at(-1);
    const lines: RecordLine[] = start === undefined ? [] : [{ type: 'turn', start }];
    lines.push({
      type: 'title',
      title: turn === 0 || this.record.title === '' ? titleOf(text) : this.record.title,
      at: Date.now(),
    });
    await this.#append(lines);
    return turn;
  }

  /** Writes what the panel was told as far as it is complete: streamed text is written when its item is. */
  async saveItems(messages: readonly ToPanel[]): Promise<void> {
    const items = messages
      .flatMap((message) => (message.type === 'items' ? message.items : []))
      .filter((item) => item.kind !== 'answer' || !item.streaming);
    if (items.length > 0) await this.#append(items.map((item) => ({ type: 'item', item })));
  }

  /** Writes the messages and ids that are new, or fewer, since the last time. */
  async saveEntries(fingerprint: string): Promise<void> {
    if (this.#agent === undefined) return;
    const epoch = this.#agent.earlier.length;
    const { entries } = this.#agent.session;
    const from = epoch === this.#saved.epoch ? Math.min(this.#saved.count, entries.length) : 0;
    if (epoch === this.#saved.epoch && from === this.#saved.count && entries.length === from) return;
    await this.#append([{ type: 'entries', epoch, from, entries: entries.slice(from), fingerprint }]);
    this.#saved = { epoch, count: entries.length };
  }

  /** Back to before that turn: transcript, session and record. Returns what to tell the panel. */
  async restoreTo(turn: number, model: AgentModel, tools: readonly ToolDefinition[]): Promise<ToPanel[]> {
    const agent = await this.session(model, tools);
    await agent.restoreTo(turn, this.reopen(model, tools));
    const told = this.transcript.truncateTo(turn);
    await this.#append([{ type: 'restore', turn }]);
    // The stored messages must follow even where fewer are left than were saved.
    this.#saved = { epoch: agent.earlier.length, count: Math.min(this.#saved.count, agent.session.entries.length) };
    await this.#append([
      {
        type: 'entries',
        epoch: agent.earlier.length,
        from: agent.session.entries.length,
        entries: [],
        fingerprint: model.facts.fingerprint,
      },
    ]);
    return told;
  }

  async close(): Promise<void> {
    await this.#agent?.session.close();
    this.#agent = undefined;
  }

  async #append(lines: readonly RecordLine[]): Promise<void> {
    for (const line of lines) applyLine(this.record, line);
    await this.#store.append(this.record, lines);
  }
}

/** What was under way when the window closed did not end well; its step is not part of the conversation. */
function settleInterrupted(item: Item): Item {
  if (item.kind === 'call' && (item.state === 'writing' || item.state === 'waiting' || item.state === 'running'))
    return { ...item, state: 'cancelled', dropped: true };
  if (item.kind === 'answer' && item.streaming) return { ...item, streaming: false, dropped: true };
  if (item.kind === 'user' && item.queued) return { ...item, queued: false };
  return item;
}

function titleOf(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > titleMax ? `${line.slice(0, titleMax - 1)}…` : line;
}
