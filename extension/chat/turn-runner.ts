import { toCodedError } from '../../native/protocol/coded-error.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import { speedKeyOf, type SpeedMemory } from '../metering/speed-memory.ts';
import { TurnMeter } from '../metering/turn-meter.ts';
import type { AskUser } from '../permission/user-answer.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';
import type { ToPanel } from '../../webview/messages.ts';
import { ChatTurn } from './chat-turn.ts';
import type { ChatWindow } from './chat-window.ts';
import type { ChatWorkspace } from './chat-workspace.ts';
import { modeNotice } from './first-notices.ts';
import type { OpenConversation } from './open-conversation.ts';
import type { PanelFacts, TurnProgress } from './panel-state.ts';
import { WaitingMessages } from './waiting-messages.ts';

/** What turns run with. */
export interface TurnParts {
  readonly models: ModelHost;
  readonly workspace: ChatWorkspace;
  readonly checkpoints: TurnCheckpoints;
  readonly window: ChatWindow;
  readonly speeds: SpeedMemory;
  /** Logs an error that no message of the panel waits for. */
  readonly failed: (thrown: unknown) => void;
}

/** The chat, as its turns use it. */
interface TurnHost {
  conversation(): OpenConversation;
  hooks(): ConversationHooks;
  readonly ask: AskUser;
  tell(messages: readonly ToPanel[]): void;
  /** Tells the panel, if it shows this conversation, and stores what is complete. */
  note(messages: readonly ToPanel[], conversation: OpenConversation): Promise<void>;
  /** A turn has begun or ended, or it has got further. */
  changed(): void;
  /** A turn has ended: a draft may cost something else now. */
  ended(): void;
}

/**
 * Runs the turns of the open conversation, one after the other. Owns: the running turn, its progress, and the messages
 * that wait for it. Does not own: the course of a turn (chat-turn.ts).
 */
export class TurnRunner {
  readonly #parts: TurnParts;
  readonly #host: TurnHost;
  readonly #waiting = new WaitingMessages();
  #turn: ChatTurn | undefined;
  #progress: TurnProgress = {};

  constructor(parts: TurnParts, host: TurnHost) {
    this.#parts = parts;
    this.#host = host;
  }

  get running(): ChatTurn | undefined {
    return this.#turn;
  }

  /** What the panel shows of it. */
  get shown(): Pick<PanelFacts, 'turn' | 'progress'> {
    return { turn: this.#turn && { contextTokens: this.#turn.facts?.contextTokens }, progress: this.#progress };
  }

  /** Starts a turn with a request. While one runs it waits for the next turn, or with `steer` for the next step. */
  async send(text: string, steer: boolean): Promise<void> {
    if (this.#turn === undefined) return this.start(text);
    this.#host.tell(this.#waiting.add(text, steer, this.#host.conversation().transcript));
  }

  /** Takes a waiting message out of the line. Returns its text; undefined when it no longer waits. */
  withdraw(id: string): string | undefined {
    const withdrawn = this.#waiting.withdraw(id, this.#host.conversation().transcript);
    if (withdrawn !== undefined) this.#host.tell(withdrawn.told);
    return withdrawn?.text;
  }

  /** Forgets the messages that wait. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Stops the running turn. Resolves when it has ended. Waiting messages stay. */
  async stop(): Promise<void> {
    await this.#turn?.stop();
  }

  /** Runs a turn with a new request, or continues the last one, and then what waited. Never rejects. */
  async start(text: string | undefined): Promise<void> {
    if (this.#turn !== undefined) return;
    const { window, speeds, failed } = this.#parts;
    const conversation = this.#host.conversation();
    const turn = this.#newTurn(conversation);
    this.#turn = turn;
    this.#host.changed();
    try {
      await window.remember(conversation.id);
      await this.tellMode();
      await turn.run(text);
    } catch (thrown) {
      await this.#host.note(conversation.transcript.notice('error', toCodedError(thrown).message), conversation);
      await this.#host.note(conversation.markUnsent(), conversation);
    } finally {
      this.#turn = undefined;
      this.#setProgress({});
      this.#host.ended();
    }
    if (turn.facts !== undefined) speeds.keep(speedKeyOf(turn.facts)).catch(failed);
    const next = this.#host.conversation() === conversation ? this.#waiting.takeNext(turn.answered) : undefined;
    if (next !== undefined) {
      this.#host.tell(conversation.transcript.taken(next));
      await this.start(next);
    }
  }

  /** The mode may have been chosen in the settings: it is told at the latest when a turn begins. */
  async tellMode(): Promise<void> {
    const conversation = this.#host.conversation();
    const text = await modeNotice(this.#parts.window);
    if (text !== undefined) await this.#host.note(conversation.transcript.notice('warning', text), conversation);
  }

  #newTurn(conversation: OpenConversation): ChatTurn {
    const { models, workspace, checkpoints, speeds, window } = this.#parts;
    return new ChatTurn({
      conversation,
      checkpoints,
      models,
      workspace: {
        tools: (facts) => workspace.tools(facts, this.#host.hooks()),
        gate: () => workspace.gate(this.#host.ask),
        profile: (facts) => workspace.profile(facts),
        expandMentions: (request, facts) => workspace.expandMentions(request, facts),
      },
      window,
      tell: (messages) => this.#host.note(messages, conversation),
      steering: () => this.#takeSteering(conversation),
      meter: (facts) => new TurnMeter(speeds.of(speedKeyOf(facts)), window.wattsPerCore()),
      progress: (progress) => this.#setProgress(progress),
    });
  }

  #takeSteering({ transcript }: OpenConversation): string | undefined {
    const said = this.#waiting.takeSteering();
    for (const text of said) this.#host.tell(transcript.taken(text));
    return said.length === 0 ? undefined : said.join('\n\n');
  }

  #setProgress(progress: TurnProgress): void {
    this.#progress = progress;
    this.#host.changed();
  }
}
