import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { AgentConversation } from '../agent/agent-conversation.ts';
import type { AgentModel, ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import { compactByRule, compactBySummary } from '../agent/compaction.ts';
import { runTurn } from '../agent/run-turn.ts';
import type { TurnEvent } from '../agent/turn-events.ts';
import type { AskedRequest } from '../context/mentions/mention-kind.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import type { PanelState, ToPanel } from '../../webview/messages.ts';
import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { PromptProfile } from '../context/prompt-profiles.ts';
import type { OpenConversation } from './open-conversation.ts';

export interface ChatTurnParts {
  readonly conversation: OpenConversation;
  readonly models: ModelHost;
  readonly checkpoints: TurnCheckpoints;
  readonly workbench: {
    tools(facts: ModelFacts): AgentTools;
    gate(): AgentGate;
    profile(facts: ModelFacts, tools: readonly ToolDefinition[]): PromptProfile;
    expandMentions(request: string): Promise<AskedRequest>;
  };
  /** Shows and stores. */
  readonly tell: (messages: readonly ToPanel[]) => Promise<void>;
  readonly steering: () => string | undefined;
  readonly speed: (tokensPerSecond: number | undefined) => void;
  /** How far the model has read the prompt; undefined when it reads nothing. */
  readonly reading: (progress: PanelState['reading']) => void;
}

/** One turn of the chat, from the user's request to its end in the transcript. Owns: the order of all that. */
export class ChatTurn {
  readonly #parts: ChatTurnParts;
  readonly #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #facts: ModelFacts | undefined;
  #answered = false;
  /** Writes happen one after the other, in the order of the events. */
  #writes: Promise<void> = Promise.resolve();

  constructor(parts: ChatTurnParts) {
    this.#parts = parts;
  }

  get facts(): ModelFacts | undefined {
    return this.#facts;
  }

  /** Whether it ended with an answer, so that the next waiting message may follow. */
  get answered(): boolean {
    return this.#answered;
  }

  /** `request`: undefined to go on with the last one. */
  run(request: string | undefined): Promise<void> {
    this.#done = this.#run(request);
    return this.#done;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done.catch(() => undefined); // whoever started the turn hears of it
  }

  async #run(request: string | undefined): Promise<void> {
    const { conversation, models, checkpoints, workbench } = this.#parts;
    const shown = request === undefined ? conversation.lastTurn : conversation.lastTurn + 1;
    if (request !== undefined) await this.#tell(conversation.transcript.user(shown, request));
    const model = await models.model(this.#abort.signal);
    this.#facts = model.facts;
    const tools = workbench.tools(model.facts);
    const definitions = tools.definitions();
    const profile = workbench.profile(model.facts, definitions);
    const agent = await conversation.session(model, definitions);
    const turn = request === undefined ? conversation.lastTurn : await this.#say(agent, request, profile);
    if (request === undefined) await checkpoints.resume(conversation.id, turn);
    else await checkpoints.begin(conversation.id, turn);
    await conversation.saveEntries(model.facts.fingerprint);
    const open = async (messages: readonly ChatMessage[]) => {
      const session = await model.open({ tools: definitions, label: conversation.record.title });
      await session.append(messages);
      return session;
    };
    const outcome = await runTurn(
      agent,
      {
        tools,
        gate: workbench.gate(),
        limits: profile.limits,
        generate: profile.generate,
        steering: () => this.#steering(),
        countTokens: (texts) => model.countTokens(texts),
        emit: (event) => this.#onEvent(event, model),
        compact: (of: AgentConversation, signal) =>
          model.facts.profile === 'compact' ? compactByRule(of, open) : compactBySummary(of, open, signal),
      },
      this.#abort.signal,
    );
    await this.#writes;
    await conversation.saveEntries(model.facts.fingerprint);
    this.#answered = outcome.end.kind === 'answered';
    await this.#tell(conversation.transcript.end(turn, outcome, await checkpoints.changes(conversation.id, turn)));
  }

  /** Puts the request into the conversation; returns the turn's number. */
  async #say(agent: AgentConversation, request: string, profile: PromptProfile): Promise<number> {
    const { conversation, workbench } = this.#parts;
    const asked = await workbench.expandMentions(request);
    const said = agent.messages();
    const messages = said.length === 0 ? await profile.opening(asked) : [await profile.followUp(asked, said)];
    const turn = await conversation.beginTurn(agent, request);
    await agent.session.append(messages);
    return turn;
  }

  /** What the user said meanwhile, with what its mentions name. */
  async #steering(): Promise<string | undefined> {
    const said = this.#parts.steering();
    return said === undefined ? undefined : (await this.#parts.workbench.expandMentions(said)).text;
  }

  #onEvent(event: TurnEvent, model: AgentModel): void {
    this.#measure(event);
    this.#parts.reading(
      event.kind === 'prefill' ? { reused: event.reused, computed: event.computed, total: event.total } : undefined,
    );
    // The panel is told at once: whatever it is told later must not come before this.
    const written = this.#tell(this.#parts.conversation.transcript.apply(event));
    if (event.kind === 'stepDone')
      this.#writes = written.then(() => this.#parts.conversation.saveEntries(model.facts.fingerprint));
  }

  /** Tokens per second: while the model speaks, and of the step when it is done. */
  #measure(event: TurnEvent): void {
    if (event.kind === 'decode' && event.ms > 0) this.#parts.speed((event.generated - 1) / (event.ms / 1000));
    else if (event.kind === 'stepDone' && event.timings.decode > 0)
      this.#parts.speed((event.usage.generated - 1) / (event.timings.decode / 1000));
  }

  #tell(messages: readonly ToPanel[]): Promise<void> {
    const written = this.#parts.tell(messages);
    this.#writes = this.#writes.then(() => written);
    return this.#writes;
  }
}
