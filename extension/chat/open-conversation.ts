import type { LogEntry, PromptSize } from '../../native/protocol/methods.ts';
import type { ThinkingChoice } from '../../native/protocol/thinking.ts';
import { AgentConversation, type TurnStart } from '../agent/agent-conversation.ts';
import { tokensOf, type AgentModel, type ModelSession } from '../agent/agent-model.ts';
import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import { addSpending, type Spending } from '../metering/spending.ts';
import type { AnswerStyle } from '../context/answer-style.ts';
import type { Item } from './item.ts';
import type { ToPanel } from '../../webview/messages.ts';
import type { ConversationRecord, RecordLine } from './conversation-record.ts';
import type { ConversationStore } from './conversation-store.ts';
import { callIdOf, isUnderWay, Transcript } from './transcript.ts';

const titleMax = 60;

/**
 * The conversation that is open in the panel. Owns: its title, the numbers of its turns, keeping transcript, model
 * session and disk in step. Does not own: the items (the transcript's), the turns once a session is open (the agent
 * conversation's), the course of a turn.
 */
export class OpenConversation {
  readonly id: string;
  readonly transcript: Transcript;
  readonly #store: ConversationStore;
  /** As it was stored. Its turns and messages count until a session is opened from them. */
  readonly #stored: ConversationRecord;
  #title: string;
  #spent: Spending;
  /** Identifies the model that the stored token ids belong to. */
  #fingerprint: string;
  #style: AnswerStyle;
  /** The level of thinking that the entries' token ids were made at. */
  #madeAt: ThinkingChoice;
  #agent: AgentConversation | undefined;
  /** The engine that the agent's session is open at. */
  #engine: string | undefined;
  /** State on disk: `count` messages of that epoch. */
  #saved: { readonly epoch: number; readonly count: number };

  constructor(record: ConversationRecord, store: ConversationStore) {
    this.id = record.id;
    this.#store = store;
    this.#stored = record;
    this.#title = record.title;
    this.#spent = record.spent;
    this.#fingerprint = record.fingerprint;
    this.#style = record.style;
    this.#madeAt = record.madeAt;
    this.transcript = new Transcript(record.items.map(settleInterrupted));
    this.markUnsent();
    this.#saved = { epoch: record.epochs.length - 1, count: record.epochs.at(-1)?.length ?? 0 };
  }

  get title(): string {
    return this.#title;
  }

  /** What all its turns have taken, also those that were undone. */
  get spent(): Spending {
    return this.#spent;
  }

  /** How the model answers. A change counts from the next turn on. */
  get style(): AnswerStyle {
    return this.#style;
  }

  async setStyle(style: AnswerStyle): Promise<void> {
    this.#style = style;
    await this.#append([{ type: 'style', style }]);
  }

  get entries(): readonly LogEntry[] {
    return this.#agent?.session.entries ?? this.#stored.epochs.at(-1) ?? [];
  }

  /** Length of its messages. */
  get tokens(): number {
    return this.entries.reduce((sum, entry) => sum + tokensOf(entry), 0);
  }

  /** True if the last turn has no end, or ended without an answer and was not undone. */
  get canContinue(): boolean {
    const last = this.transcript.items.findLast((item) => item.kind === 'user' || item.kind === 'turnEnd');
    if (last === undefined || this.entries.length === 0) return false;
    return last.kind === 'user' || (last.kind === 'turnEnd' && last.outcome !== 'answered' && last.state !== 'undone');
  }

  /** Number of the last turn that began; -1 when none did. */
  get lastTurn(): number {
    return this.#turns.at(-1)?.turn ?? -1;
  }

  get nextTurn(): number {
    return this.lastTurn + 1;
  }

  /** Marks the last request if its turn has not begun. */
  markUnsent(): ToPanel[] {
    return this.transcript.unsent(this.nextTurn);
  }

  get #turns(): readonly TurnStart[] {
    return this.#agent?.turns ?? this.#stored.turns;
  }

  /** The agent's conversation; opens its session from the stored messages at the first call. */
  async session(model: AgentModel, tools: readonly ToolDefinition[]): Promise<AgentConversation> {
    if (this.#agent !== undefined) {
      await this.#follow(this.#agent, model, tools);
      return this.#agent;
    }
    const { epochs, turns } = this.#stored;
    const session = await this.#open(model, tools, epochs.at(-1) ?? []);
    const changed = changedPaths(this.transcript.items);
    this.#agent = new AgentConversation(session, { epochs: epochs.slice(0, -1), turns, changed });
    this.#engine = engineOf(model);
    return this.#agent;
  }

  /** Moves to the engine that is in use now. A session of the daemon itself follows to another of its models. */
  async #follow(agent: AgentConversation, model: AgentModel, tools: readonly ToolDefinition[]): Promise<void> {
    if (engineOf(model) === this.#engine) return;
    await agent.moveTo(await this.#open(model, tools, agent.session.entries));
    this.#engine = engineOf(model);
  }

  /** Opens a session for entries of this conversation: from their token ids, or from the messages for another model. */
  async #open(
    model: AgentModel,
    tools: readonly ToolDefinition[],
    entries: readonly LogEntry[],
  ): Promise<ModelSession> {
    const label = this.#title;
    if (this.#isKnown(entries, model) || entries.length === 0)
      return model.open({ tools, label, thinking: this.#madeAt }, entries);
    const session = await model.open({ tools, label, thinking: this.#style.thinking });
    await session.append(entries.map((entry) => entry.message));
    return session;
  }

  /** Where an engine told no ids, or another model did, the messages are read again. */
  #isKnown(entries: readonly LogEntry[], { facts }: AgentModel): boolean {
    if (this.#fingerprint !== facts.fingerprint) return false;
    return facts.elsewhere !== undefined || entries.every((entry) => entry.ids.length > 0);
  }

  /** Begins a turn in the agent's conversation and on disk. The first request becomes the title. */
  async beginTurn(agent: AgentConversation, turn: number, request: string): Promise<void> {
    if (turn === 0 || this.#title === '') this.#title = titleOf(request);
    await this.#append([
      { type: 'turn', start: agent.beginTurn(turn) },
      { type: 'title', title: this.#title, at: Date.now() },
    ]);
  }

  /** Writes the complete items among what the panel was told. A streamed answer is written when it has ended. */
  async saveItems(messages: readonly ToPanel[]): Promise<void> {
    const items = messages
      .flatMap((message) => (message.type === 'items' ? message.items : []))
      .filter((item) => item.kind !== 'answer' || !item.streaming);
    if (items.length > 0) await this.#append(items.map((item) => ({ type: 'item', item })));
  }

  /** Writes what has changed in the model's messages since the last call. `fingerprint`: the model of their ids. */
  async saveEntries(fingerprint: string): Promise<void> {
    if (this.#agent === undefined) return;
    const same = this.#savedOf(this.#agent, fingerprint);
    if (same === this.#saved.count && same === this.#agent.session.entries.length) return;
    await this.#saveFrom(this.#agent, same, fingerprint);
  }

  /** Adds what a turn has taken, also on disk: it stays when the turn is undone, or the window is killed in it. */
  async spend(spent: Spending): Promise<void> {
    this.#spent = addSpending(this.#spent, spent);
    await this.#append([{ type: 'spent', spent }]);
  }

  /**
   * The prompt that the next turn would have with these messages. Undefined where the engine does not tell, or another
   * one holds the conversation.
   */
  async promptSize(
    model: AgentModel,
    tools: readonly ToolDefinition[],
    messages: readonly ChatMessage[],
  ): Promise<PromptSize | undefined> {
    if (this.#agent !== undefined)
      return engineOf(model) === this.#engine ? this.#agent.session.promptSize?.(messages) : undefined;
    const { entries } = this;
    if (this.#isKnown(entries, model)) return model.promptSize?.({ tools, entries }, messages);
    return model.promptSize?.({ tools, entries: [] }, [...entries.map((entry) => entry.message), ...messages]);
  }

  /** Restores transcript, session and disk to before that turn. Returns what to tell the panel. */
  async restoreTo(turn: number, model: AgentModel, tools: readonly ToolDefinition[]): Promise<ToPanel[]> {
    const agent = await this.session(model, tools);
    await agent.restoreTo(turn, (entries) => this.#open(model, tools, entries));
    const told = this.transcript.truncateTo(turn);
    await this.#append([{ type: 'restore', turn }]);
    // The stored messages are cut too, also when fewer are left than were saved.
    const { fingerprint } = model.facts;
    await this.#saveFrom(agent, this.#savedOf(agent, fingerprint), fingerprint);
    return told;
  }

  /** Closes the model's session. The messages stay readable. */
  async close(): Promise<void> {
    await this.#agent?.session.close();
  }

  /** Number of the session's messages on disk with the same ids. */
  #savedOf(agent: AgentConversation, fingerprint: string): number {
    const saved = agent.earlier.length === this.#saved.epoch && fingerprint === this.#fingerprint;
    return saved ? Math.min(this.#saved.count, agent.session.entries.length) : 0;
  }

  async #saveFrom(agent: AgentConversation, from: number, fingerprint: string): Promise<void> {
    const epoch = agent.earlier.length;
    const entries = agent.session.entries.slice(from);
    this.#fingerprint = fingerprint;
    this.#saved = { epoch, count: from + entries.length };
    this.#madeAt = this.#style.thinking;
    await this.#append([{ type: 'entries', epoch, from, entries, fingerprint }]);
  }

  async #append(lines: readonly RecordLine[]): Promise<void> {
    await this.#store.append({ id: this.id, created: this.#stored.created }, lines);
  }
}

/** Tells engines apart: all models of the daemon are one. */
function engineOf({ facts }: AgentModel): string {
  return facts.elsewhere === undefined ? '' : facts.fingerprint;
}

/** Drops work that was under way when the window closed: it is not part of the conversation. */
function settleInterrupted(item: Item): Item {
  if (item.kind === 'call' && isUnderWay(item)) return { ...item, state: 'cancelled', dropped: true };
  if (item.kind === 'answer' && item.streaming) return { ...item, streaming: false, dropped: true };
  if (item.kind === 'user' && item.queued) return { ...item, queued: false };
  return item;
}

function changedPaths(items: readonly Item[]): ReadonlyMap<string, readonly string[]> {
  const calls = items.filter((item) => item.kind === 'call').filter((call) => !call.dropped);
  return new Map(calls.map((call) => [callIdOf(call), call.paths]));
}

function titleOf(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > titleMax ? `${line.slice(0, titleMax - 1)}…` : line;
}
