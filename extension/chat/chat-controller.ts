import { toCodedError } from '../../native/protocol/coded-error.ts';
import type { AgentModel } from '../agent/agent-model.ts';
import type { AgentTools } from '../agent/agent-tools.ts';
import type { LinkState, ModelHost } from '../daemon-link/model-host.ts';
import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import type { FromPanel, PanelState, ToPanel } from '../../webview/messages.ts';
import { Approvals } from './approvals.ts';
import type { ChatWindow, ChatWorkspace, RequestCost } from './chat-workspace.ts';
import { ChatTurn } from './chat-turn.ts';
import type { ConversationStore } from './conversation-store.ts';
import { DecidedFiles } from './decided-files.ts';
import { OpenConversation } from './open-conversation.ts';
import { runDelegate } from './delegated-turn.ts';
import { DraftMeter } from './draft-meter.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';

export interface ChatParts {
  readonly models: ModelHost;
  readonly workspace: ChatWorkspace;
  readonly checkpoints: TurnCheckpoints;
  readonly store: ConversationStore;
  readonly window: ChatWindow;
}

/**
 * The chat behind the panel: one open conversation, at most one turn at a time, the messages that wait. Owns: what a
 * message from the panel does. Does not own: a turn's course (chat-turn.ts), storage, permissions, the panel's look.
 */
export class ChatController {
  readonly #parts: ChatParts;
  readonly #approvals = new Approvals(() => this.#approvalsChanged());
  readonly #steering: string[] = [];
  readonly #queue: string[] = [];
  readonly #questions = new Map<string, (answer: string) => void>();
  #conversation: OpenConversation;
  #turn: ChatTurn | undefined;
  #showing: Promise<void> = Promise.resolve();
  #post: (message: ToPanel) => void = () => undefined;
  readonly #draft: DraftMeter;
  #speed: number | undefined;
  #reading: PanelState['reading'];
  readonly #decided = new DecidedFiles();
  readonly #unlisten: readonly (() => void)[];

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#conversation = new OpenConversation(parts.store.create(), parts.store);
    this.#draft = new DraftMeter(
      (text) => this.#cost(text),
      () => this.#postState(),
    );
    this.#unlisten = [
      parts.models.onState(() => this.#postState()),
      parts.checkpoints.review.onChange(() =>
        this.#reviewChanged().catch((thrown: unknown) =>
          this.#note(this.#conversation.transcript.notice('error', toCodedError(thrown).message)),
        ),
      ),
    ];
  }

  /** Shows itself in a panel; the strings are the panel's, translated. */
  attach(post: (message: ToPanel) => void, strings: Readonly<Record<string, string>>): void {
    this.#post = post;
    post({ type: 'init', strings, state: this.#state(), items: this.#conversation.transcript.items });
  }

  get running(): boolean {
    return this.#turn !== undefined;
  }

  /** Opens a stored conversation, when it still exists. */
  async resume(id: string): Promise<void> {
    const record = await this.#parts.store.load(id);
    if (record !== undefined) await this.#show(new OpenConversation(record, this.#parts.store));
  }

  async handle(message: FromPanel): Promise<void> {
    const { window, checkpoints } = this.#parts;
    const { id } = this.#conversation;
    switch (message.type) {
      case 'ready':
        return this.#tell([{ type: 'reset', items: this.#conversation.transcript.items }]);
      case 'send':
        return this.send(message.text, message.steer);
      case 'takeBack':
        return this.#takeBack(message.id);
      case 'stop':
        return this.stop();
      case 'continue':
        return this.#start(undefined);
      case 'approve':
        return this.#approvals.answer(message.callId, message.scope);
      case 'decline':
        return this.#approvals.answer(message.callId, 'decline');
      case 'answer':
        return this.#answer(message.id, message.text);
      case 'undoTurn':
      case 'restoreTo':
        return this.#restore(message.turn, undefined);
      case 'editResend':
        return this.#restore(message.turn, message.text);
      case 'review':
        return checkpoints.show(id, message.turn);
      case 'keep':
        await checkpoints.keep(id, message.turn);
        return this.#note(this.#conversation.transcript.settle(message.turn, 'kept'));
      case 'keepFiles':
        return checkpoints.review.keep(id, pathsOf(message.path));
      case 'undoFiles':
        return checkpoints.review.undo(id, pathsOf(message.path));
      case 'reviewFiles':
        return checkpoints.review.review(id);
      case 'openPending':
        return checkpoints.review.open(id, message.path);
      case 'mode':
        await window.setMode(message.mode);
        return this.#postState();
      case 'pickModel':
        return window.pickModel();
      case 'open':
        return window.open(message.path, message.line);
      case 'openLink':
        return window.openLink(message.url);
      case 'copy':
        return window.copy(message.text);
      case 'insert':
        return window.insert(message.text);
      case 'applyCode':
        return window.applyCode(message.text, message.path);
      case 'notice':
        return window.notice(message.id, message.action);
      case 'newConversation':
        return this.#show(new OpenConversation(this.#parts.store.create(), this.#parts.store));
      case 'listConversations':
        return this.#tell([{ type: 'conversations', list: await this.#parts.store.list(message.query) }]);
      case 'openConversation':
        return this.resume(message.id);
      case 'deleteConversation':
        return this.#delete(message.id);
      case 'suggest':
        return this.#tell([
          { type: 'suggestions', request: message.request, list: await this.#parts.workspace.suggest(message.query) },
        ]);
      case 'draft':
        return this.#draft.update(message.text);
    }
  }

  /** Sends a request; while a turn runs it waits, or steers the next step. */
  async send(text: string, steer: boolean): Promise<void> {
    if (text.trim() === '') return;
    await this.#showing; // a message that is sent at once belongs to the conversation that is being opened
    if (this.#turn === undefined) return this.#start(text);
    (steer ? this.#steering : this.#queue).push(text);
    this.#tell(this.#conversation.transcript.waiting(text, steer));
  }

  /** A waiting message goes back to where it was written. One that went in meanwhile stays. */
  #takeBack(id: string): void {
    const { transcript } = this.#conversation;
    const waiting = transcript.items.find((item) => item.id === id);
    if (waiting?.kind !== 'user' || !waiting.queued) return;
    const line = waiting.steers === true ? this.#steering : this.#queue;
    const at = line.indexOf(waiting.text);
    if (at < 0) return;
    line.splice(at, 1);
    this.#tell(transcript.withdrawn(id));
    this.setDraft(waiting.text);
  }

  /** Stops the running turn and resolves when it has ended. Waiting messages are kept. */
  async stop(): Promise<void> {
    await this.#turn?.stop();
  }

  setDraft(text: string): void {
    this.#tell([{ type: 'draft', text, focus: true }]);
  }

  /** The mode, trust or model has changed. */
  refresh(): void {
    this.#postState();
  }

  async dispose(): Promise<void> {
    for (const stop of this.#unlisten) stop();
    await this.stop();
    await this.#conversation.close();
    await this.#parts.store.flush();
  }

  /** A turn with a new request, or going on with the last one. Never rejects. */
  async #start(text: string | undefined): Promise<void> {
    if (this.#turn !== undefined) return;
    const { models, workspace, checkpoints } = this.#parts;
    const conversation = this.#conversation;
    const turn = new ChatTurn({
      conversation,
      checkpoints,
      models,
      workspace: {
        tools: (facts) => workspace.tools(facts, this.#hooks()),
        gate: () => workspace.gate(this.#approvals.ask),
        profile: (facts, tools) => workspace.profile(facts, tools),
        expandMentions: (request) => workspace.expandMentions(request),
      },
      tell: (messages) => this.#note(messages, conversation),
      steering: () => this.#takeSteering(),
      speed: (value) => this.#setSpeed(value),
      reading: (progress) => this.#setReading(progress),
    });
    this.#turn = turn;
    this.#postState();
    try {
      await this.#parts.window.remember(conversation.id);
      await turn.run(text);
    } catch (thrown) {
      await this.#note(conversation.transcript.notice('error', toCodedError(thrown).message), conversation);
    } finally {
      this.#turn = undefined;
      this.#speed = undefined;
      this.#reading = undefined;
      this.#postState();
    }
    const next = this.#steering.shift() ?? (turn.answered ? this.#queue.shift() : undefined);
    if (next !== undefined && this.#conversation === conversation) {
      this.#tell(conversation.transcript.taken(next));
      await this.#start(next);
    }
  }

  #takeSteering(): string | undefined {
    if (this.#steering.length === 0) return undefined;
    const said = this.#steering.splice(0);
    for (const text of said) this.#tell(this.#conversation.transcript.taken(text));
    return said.join('\n\n');
  }

  #hooks(): ConversationHooks {
    const conversation = this.#conversation;
    return {
      plan: (steps) => void this.#note(conversation.transcript.plan(steps), conversation),
      question: (question, choices, signal) => this.#ask(question, choices, signal),
      delegate: (task, signal) =>
        runDelegate(
          task,
          {
            models: this.#parts.models,
            workspace: this.#parts.workspace,
            ask: this.#approvals.ask,
            hooks: this.#hooks(),
          },
          signal,
        ),
    };
  }

  #ask(question: string, choices: readonly string[], signal: AbortSignal): Promise<string> {
    const { id, messages } = this.#conversation.transcript.question(question, choices);
    this.#tell(messages);
    this.#parts.window.callForAttention(question);
    return new Promise((resolve) => {
      const settle = (answer: string): void => {
        signal.removeEventListener('abort', stop);
        if (this.#questions.delete(id)) resolve(answer);
      };
      const stop = (): void => settle('');
      this.#questions.set(id, settle);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  #answer(id: string, text: string): void {
    const settle = this.#questions.get(id);
    if (settle === undefined) return;
    void this.#note(this.#conversation.transcript.answerQuestion(id, text));
    settle(text);
  }

  /** Files and conversation back to before that turn; then perhaps another request in its place. */
  async #restore(turn: number, resend: string | undefined): Promise<void> {
    await this.stop();
    const { checkpoints, window, models } = this.#parts;
    const conversation = this.#conversation;
    const request = conversation.transcript.requestOf(turn);
    if (request === undefined) return;
    const first = await checkpoints.restore(conversation.id, turn, []);
    if (first.conflicts.length > 0) {
      const overwrite = await window.confirmOverwrite(first.conflicts);
      if (overwrite !== undefined && overwrite.length > 0) await checkpoints.restore(conversation.id, turn, overwrite);
    }
    const model = await models.model(new AbortController().signal);
    this.#tell(await conversation.restoreTo(turn, model, this.#tools(model).definitions()));
    this.#postState();
    if (resend === undefined) this.setDraft(request);
    else await this.send(resend, false);
  }

  #tools(model: AgentModel): AgentTools {
    return this.#parts.workspace.tools(model.facts, this.#hooks());
  }

  #show(conversation: OpenConversation): Promise<void> {
    const shown = this.#open(conversation);
    this.#showing = shown.catch(() => undefined); // whoever opened it hears of it
    return shown;
  }

  async #open(conversation: OpenConversation): Promise<void> {
    await this.stop();
    await this.#conversation.close();
    this.#queue.length = 0;
    this.#steering.length = 0;
    this.#decided.clear();
    this.#conversation = conversation;
    await this.#parts.window.remember(conversation.id);
    this.#tell([{ type: 'reset', items: conversation.transcript.items }]);
    this.#postState();
  }

  async #delete(id: string): Promise<void> {
    if (id === this.#conversation.id)
      await this.#show(new OpenConversation(this.#parts.store.create(), this.#parts.store));
    await this.#parts.store.remove(id);
    await this.#parts.checkpoints.forget(id);
    this.#tell([{ type: 'conversations', list: await this.#parts.store.list('') }]);
  }

  /** What a request would add to the open conversation. Starts no model for it. */
  async #cost(text: string): Promise<RequestCost | undefined> {
    if (this.#parts.models.current.state !== 'ready') return undefined;
    const model = await this.#parts.models.model(new AbortController().signal);
    return this.#parts.workspace.cost(
      text,
      model,
      this.#conversation.entries.map((entry) => entry.message),
    );
  }

  #approvalsChanged(): void {
    const { transcript } = this.#conversation;
    for (const { callId, title } of this.#approvals.open) {
      this.#tell(transcript.callState(callId, 'waiting'));
      this.#parts.window.callForAttention(title);
    }
    this.#postState();
  }

  /** A turn whose files the user has decided on elsewhere is decided on. */
  async #reviewChanged(): Promise<void> {
    const conversation = this.#conversation;
    const { checkpoints } = this.#parts;
    this.#postState();
    const turns = this.#decided.update(
      conversation.transcript.items,
      checkpoints.review.files(conversation.id).map((file) => file.path),
    );
    for (const turn of turns)
      await this.#note(
        conversation.transcript.settle(turn, (await checkpoints.isUndone(conversation.id, turn)) ? 'undone' : 'kept'),
        conversation,
      );
  }

  #setSpeed(value: number | undefined): void {
    this.#speed = value;
    this.#postState();
  }

  #setReading(progress: PanelState['reading']): void {
    if (progress === this.#reading) return; // nothing read, as before
    this.#reading = progress;
    this.#postState();
  }

  /** Tells the panel, and writes what is complete. */
  async #note(messages: readonly ToPanel[], conversation: OpenConversation = this.#conversation): Promise<void> {
    if (conversation === this.#conversation) this.#tell(messages);
    await conversation.saveItems(messages);
  }

  #tell(messages: readonly ToPanel[]): void {
    for (const message of messages) this.#post(message);
  }

  #postState(): void {
    this.#post({ type: 'state', state: this.#state() });
  }

  #state(): PanelState {
    const { models, window } = this.#parts;
    const link: LinkState = models.current;
    const conversation = this.#conversation;
    const facts = this.#turn?.facts;
    return {
      conversation: { id: conversation.id, title: conversation.record.title },
      model: {
        name: link.model,
        state: link.state,
        fraction: link.fraction,
        compact: link.profile === 'compact',
        text: link.text,
      },
      mode: window.mode(),
      running: this.#turn !== undefined,
      canContinue: this.#turn === undefined && conversation.canContinue,
      trusted: window.trusted(),
      approvals: this.#approvals.open,
      context: {
        used: conversation.entries.reduce((sum, entry) => sum + entry.ids.length, 0),
        total: facts?.contextTokens ?? link.contextTokens,
        next: this.#draft.cost.tokens,
        mentions: this.#draft.cost.mentions,
      },
      speed: this.#speed,
      reading: this.#reading,
      firstRun: conversation.transcript.items.length === 0,
      pending: this.#parts.checkpoints.review.files(conversation.id),
    };
  }
}

function pathsOf(path: string | undefined): readonly string[] | undefined {
  return path === undefined ? undefined : [path];
}
