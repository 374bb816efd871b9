import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { AgentConversation } from '../agent/agent-conversation.ts';
import type { AgentModel, ModelFacts, SessionEvent } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import { compactByRule, compactBySummary } from '../agent/compaction.ts';
import { runTurn } from '../agent/run-turn.ts';
import type { TurnEvent } from '../agent/turn-events.ts';
import type { AskedRequest } from '../context/mentions/mention-kind.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import type { ToPanel } from '../../webview/messages.ts';
import type { PromptProfile } from '../context/prompt-profiles.ts';
import type { TurnMeter } from '../metering/turn-meter.ts';
import { callsNotice } from './first-notices.ts';
import type { ChatWindow } from './chat-window.ts';
import { inStyle } from '../context/answer-style.ts';
import type { OpenConversation } from './open-conversation.ts';
import type { TurnProgress } from './panel-state.ts';

export interface ChatTurnParts {
  readonly conversation: OpenConversation;
  readonly models: ModelHost;
  readonly checkpoints: TurnCheckpoints;
  readonly workspace: {
    tools(facts: ModelFacts): AgentTools;
    gate(): AgentGate;
    profile(facts: ModelFacts): PromptProfile;
    expandMentions(request: string, facts: ModelFacts): Promise<AskedRequest>;
  };
  readonly window: Pick<ChatWindow, 'isFirstAnywhere'>;
  /** Tells the panel and stores what is complete. */
  readonly tell: (messages: readonly ToPanel[]) => Promise<void>;
  /** Messages of the user for the model to see before its next step. */
  readonly steering: () => string | undefined;
  /** Measures the turn, from the moment that its model is known. */
  readonly meter: (facts: ModelFacts) => TurnMeter;
  readonly progress: (progress: TurnProgress) => void;
}

/** One turn of the chat, from the user's request to its end in the transcript. Owns: the order of the steps between. */
export class ChatTurn {
  readonly #parts: ChatTurnParts;
  readonly #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #facts: ModelFacts | undefined;
  #meter: TurnMeter | undefined;
  #progress: TurnProgress = {};
  #answered = false;
  /** The last write. Writes happen one at a time, in the order of the events. */
  #writes: Promise<void> = Promise.resolve();

  constructor(parts: ChatTurnParts) {
    this.#parts = parts;
  }

  get facts(): ModelFacts | undefined {
    return this.#facts;
  }

  /** Aborted when the turn is stopped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** True if the turn ended with an answer: the next waiting message may follow. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Runs the turn. Without a `request` the last turn continues. Rejects when no model can be had. */
  run(request: string | undefined): Promise<void> {
    this.#done = this.#run(request);
    return this.#done;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done.catch(() => undefined); // the caller of run() handles the error
  }

  async #run(request: string | undefined): Promise<void> {
    const { conversation, models, checkpoints, workspace } = this.#parts;
    const turn = request === undefined ? conversation.lastTurn : conversation.nextTurn;
    if (request !== undefined) await this.#tell(conversation.transcript.user(turn, request));
    const model = await models.model(this.#abort.signal);
    this.#facts = model.facts;
    const notice = await callsNotice(model.facts, this.#parts.window);
    if (notice !== undefined) await this.#tell(conversation.transcript.notice('warning', notice, 'models'));
    const meter = this.#parts.meter(model.facts);
    this.#meter = meter;
    const tools = workspace.tools(model.facts);
    const definitions = tools.definitions();
    const profile = workspace.profile(model.facts);
    const { thinking } = conversation.style;
    const agent = await conversation.session(model, definitions);
    if (request === undefined) await checkpoints.resume(conversation.id, turn);
    else {
      await this.#say(agent, turn, request, profile, model.facts);
      await checkpoints.begin(conversation.id, turn);
    }
    await conversation.saveEntries(model.facts.fingerprint);
    const open = async (messages: readonly ChatMessage[]) => {
      const session = await model.open({ tools: definitions, label: conversation.title, thinking });
      await session.append(messages);
      return session;
    };
    const outcome = await runTurn(
      agent,
      {
        tools,
        gate: workspace.gate(),
        limits: profile.limits,
        generate: { ...profile.generate, thinking },
        steering: () => this.#steering(model.facts),
        countTokens: (texts) => model.countTokens(texts),
        emit: (event) => this.#onEvent(event, meter, model),
        compact: (of: AgentConversation, signal) =>
          model.facts.profile === 'compact'
            ? compactByRule(of, open)
            : compactBySummary(of, open, model.facts.contextTokens, (event) => this.noteSpent(event, 'turn'), signal),
      },
      this.#abort.signal,
    );
    await this.#writes;
    await conversation.saveEntries(model.facts.fingerprint);
    await conversation.spend(meter.take());
    this.#answered = outcome.end.kind === 'answered';
    const files = await checkpoints.changes(conversation.id, turn);
    await this.#tell(conversation.transcript.end(turn, outcome, meter.spent, files));
  }

  /** Counts what the model did for the turn beside its steps: for a summary, or for a delegate within a tool. */
  noteSpent(event: SessionEvent, within: 'turn' | 'tool'): void {
    if (event.kind === 'spent') this.#meter?.noteSpent(event, within);
  }

  /** Adds the request to the conversation. */
  async #say(
    agent: AgentConversation,
    turn: number,
    request: string,
    profile: PromptProfile,
    facts: ModelFacts,
  ): Promise<void> {
    const { conversation, workspace } = this.#parts;
    const asked = await workspace.expandMentions(request, facts);
    const said = agent.messages();
    const plain = said.length === 0 ? await profile.opening(asked) : [await profile.followUp(asked, said)];
    const messages = inStyle(plain, asked.text, conversation.style, facts);
    await conversation.beginTurn(agent, turn, request);
    await agent.session.append(messages);
  }

  /** Messages that the user sent meanwhile, with the content of their mentions. */
  async #steering(facts: ModelFacts): Promise<string | undefined> {
    const said = this.#parts.steering();
    return said === undefined ? undefined : (await this.#parts.workspace.expandMentions(said, facts)).text;
  }

  #onEvent(event: TurnEvent, meter: TurnMeter, model: AgentModel): void {
    meter.note(event);
    this.#showProgress(event, meter);
    // Not queued behind earlier writes: the panel must be told in the order of the events.
    const { conversation } = this.#parts;
    const written = this.#tell(conversation.transcript.apply(event));
    if (event.kind === 'stepDone')
      this.#writes = written.then(async () => {
        await conversation.saveEntries(model.facts.fingerprint);
        await conversation.spend(meter.take());
      });
  }

  /** Reports tokens per second while the model speaks, and of the whole step at its end; and how far it has read. */
  #showProgress(event: TurnEvent, meter: TurnMeter): void {
    const reading = event.kind === 'prefill' ? meter.reading(event) : undefined;
    const speed = speedIn(event) ?? this.#progress.speed;
    if (reading === this.#progress.reading && speed === this.#progress.speed) return;
    this.#progress = { speed, reading };
    this.#parts.progress(this.#progress);
  }

  #tell(messages: readonly ToPanel[]): Promise<void> {
    const written = this.#parts.tell(messages);
    this.#writes = this.#writes.then(() => written);
    return this.#writes;
  }
}

/** Tokens per second that the event tells of. */
function speedIn(event: TurnEvent): number | undefined {
  if (event.kind === 'decode' && event.ms > 0) return (event.generated - 1) / (event.ms / 1000);
  if (event.kind === 'stepDone' && event.timings.decode > 0)
    return (event.usage.generated - 1) / (event.timings.decode / 1000);
  return undefined;
}
