import { toCodedError } from '../../native/protocol/coded-error.ts';
import type { PanelState, ToPanel } from '../../webview/messages.ts';
import { Approvals, type Decision } from './approvals.ts';
import { styleChoices } from '../context/answer-style.ts';
import { nothingSeen } from '../context/first-look.ts';
import type { FirstLook } from '../workspace/first-look.ts';
import type { ConversationStore } from './conversation-store.ts';
import { DecidedFiles } from './decided-files.ts';
import { draftCost, DraftMeter, type DraftCost } from './draft-meter.ts';
import { isLookup, lookUp } from './lookups.ts';
import { OpenConversation } from './open-conversation.ts';
import { OpenQuestions } from './open-questions.ts';
import type { PanelRequest } from './panel-messages.ts';
import { panelState } from './panel-state.ts';
import { notRestored, restoreFiles } from './restore-files.ts';
import { askReview, isReviewRequest } from './review-requests.ts';
import { turnHooks } from './turn-hooks.ts';
import { TurnRunner, type TurnParts } from './turn-runner.ts';
import { askWindow, isWindowRequest } from './window-requests.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';

export interface ChatParts extends TurnParts {
  readonly store: ConversationStore;
}

/**
 * The chat behind the panel. Owns: the open conversation, and what each message of the panel does. Does not own: its
 * running turn (turn-runner.ts), storage, permissions, the panel's look.
 */
export class ChatController {
  readonly #parts: ChatParts;
  readonly #approvals = new Approvals(() => this.#approvalsChanged());
  readonly #questions = new OpenQuestions();
  readonly #decided = new DecidedFiles();
  readonly #draft: DraftMeter;
  readonly #turns: TurnRunner;
  #conversation: OpenConversation;
  #showing: Promise<void> = Promise.resolve();
  #post: (message: ToPanel) => void = () => undefined;
  #look: FirstLook = nothingSeen;
  readonly #unlisten: readonly (() => void)[];

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#conversation = new OpenConversation(parts.store.create(), parts.store);
    this.#turns = new TurnRunner(parts, {
      conversation: () => this.#conversation,
      hooks: () => this.#hooks(),
      ask: this.#approvals.ask,
      tell: (messages) => this.#tell(messages),
      note: (messages, conversation) => this.#note(messages, conversation),
      changed: () => this.#postState(),
      ended: () => this.#remeasure(),
    });
    this.#draft = new DraftMeter(
      (text) => this.#costOf(text),
      () => this.#postState(),
    );
    this.#unlisten = [
      parts.models.onState(({ state }) => {
        this.#postState();
        // A draft that was typed while the model was loading has not been measured.
        if (state === 'ready') this.#remeasure();
      }),
      parts.checkpoints.review.onChange(() =>
        this.#reviewChanged().catch((thrown: unknown) =>
          this.#note(this.#conversation.transcript.notice('error', toCodedError(thrown).message)),
        ),
      ),
    ];
  }

  /** Connects a panel that has just opened and sends it everything. `strings`: the panel's texts, translated. */
  attach(post: (message: ToPanel) => void, strings: Readonly<Record<string, string>>): void {
    this.#post = post;
    post({ type: 'init', strings, state: this.#state(), items: this.#conversation.transcript.items });
    this.#lookAround().catch(this.#parts.failed);
  }

  /** Opens a stored conversation, when it still exists. */
  async resume(id: string): Promise<void> {
    const record = await this.#parts.store.load(id);
    if (record !== undefined) await this.#show(new OpenConversation(record, this.#parts.store));
  }

  /** Does what a message of the panel asks for. Rejects when that fails. */
  async handle(message: PanelRequest): Promise<void> {
    const { window, checkpoints } = this.#parts;
    const { id } = this.#conversation;
    if (isWindowRequest(message)) return askWindow(window, message);
    if (isLookup(message)) return this.#tell(await lookUp(this.#parts, message));
    if (isReviewRequest(message)) return askReview(checkpoints, id, message);
    switch (message.type) {
      case 'send':
        return this.send(message.text, message.steer);
      case 'takeBack':
        return this.#takeBack(message.id);
      case 'stop':
        return this.stop();
      case 'continue':
        await this.#showing;
        return this.#turns.start(undefined);
      case 'retry':
        await this.#showing;
        return this.#retry(message.id);
      case 'choose':
        return this.#approvals.answer(message.callId, message.choice);
      case 'answer':
        return this.#answer(message.id, message.text);
      case 'undoTurn':
      case 'restoreTo':
        return this.#restore(message.turn, undefined);
      case 'editResend':
        return this.#restore(message.turn, message.text);
      case 'keep':
        await checkpoints.keep(id, message.turn);
        return this.#note(this.#conversation.transcript.settle(message.turn, 'kept'));
      case 'mode':
        await window.setMode(message.mode);
        this.#postState();
        return this.#turns.tellMode();
      case 'pickStyle': {
        const conversation = this.#conversation;
        const style = await window.pickStyle(conversation.style, styleChoices(this.#parts.models.current));
        if (style !== undefined) await conversation.setStyle(style);
        return this.#postState();
      }
      case 'useAnyway':
        await window.isFirst('languageNotice');
        return this.#postState();
      case 'newConversation':
        return this.#show();
      case 'openConversation':
        return this.resume(message.id);
      case 'deleteConversation':
        return this.#delete(message.id);
      case 'draft':
        return this.#draft.update(message.text);
    }
  }

  /** Sends a request. While a turn runs it waits for the next turn, or with `steer` for the next step. */
  async send(text: string, steer: boolean): Promise<void> {
    if (text.trim() === '') return;
    await this.#showing; // sent right after opening another conversation, it belongs to that one
    await this.#turns.send(text, steer);
  }

  /** Makes a waiting message the draft again. Ignored when it no longer waits. */
  #takeBack(id: string): void {
    const text = this.#turns.withdraw(id);
    if (text !== undefined) this.setDraft(text);
  }

  /** Stops the running turn. Resolves when it has ended. Waiting messages stay. */
  async stop(): Promise<void> {
    await this.#turns.stop();
  }

  /** Asks the user in the panel. Undefined if the turn was stopped or another conversation was opened meanwhile. */
  readonly decide = (decision: Decision): Promise<string | undefined> =>
    this.#approvals.decide(decision, this.#turns.running?.signal ?? new AbortController().signal);

  setDraft(text: string): void {
    this.#tell([{ type: 'draft', text, focus: true }]);
  }

  /** Tells the panel the state again: the mode or the trust in the workspace has changed. */
  refresh(): void {
    this.#postState();
  }

  async dispose(): Promise<void> {
    for (const stop of this.#unlisten) stop();
    await this.stop();
    await this.#conversation.close();
    await this.#parts.store.flush();
  }

  /** Sends a message again whose turn could not begin. Ignored while another turn runs. */
  async #retry(id: string): Promise<void> {
    const unsent = this.#turns.running === undefined ? this.#conversation.transcript.takeUnsent(id) : undefined;
    if (unsent === undefined) return;
    await this.#note(unsent.messages);
    await this.#turns.start(unsent.text);
  }

  #hooks(): ConversationHooks {
    const conversation = this.#conversation;
    return turnHooks(conversation, {
      ...this.#parts,
      questions: this.#questions,
      ask: this.#approvals.ask,
      tell: (messages) => this.#tell(messages),
      note: (messages) => this.#note(messages, conversation),
      onEvent: (event) => this.#turns.running?.noteSpent(event, 'tool'),
    });
  }

  #answer(id: string, text: string): void {
    if (this.#questions.answer(id, text)) void this.#note(this.#conversation.transcript.answerQuestion(id, text));
  }

  /** Restores files and conversation to before that turn, then sends `resend` or makes the old request the draft. */
  async #restore(turn: number, resend: string | undefined): Promise<void> {
    await this.stop();
    const request = this.#conversation.transcript.requestOf(turn);
    if (request === undefined) return;
    await this.#inOrder(() => this.#rewind(turn));
    if (resend === undefined) this.setDraft(request);
    else await this.send(resend, false);
  }

  async #rewind(turn: number): Promise<void> {
    const { checkpoints, window, models, workspace } = this.#parts;
    const conversation = this.#conversation;
    const failed = await restoreFiles(checkpoints, conversation.id, turn, {
      decide: this.decide,
      nameOf: (file) => window.nameOf(file),
    });
    const model = await models.model(new AbortController().signal);
    const tools = workspace.tools(model.facts, this.#hooks());
    this.#tell(await conversation.restoreTo(turn, model, tools.definitions()));
    if (failed.length > 0) await this.#note(conversation.transcript.notice('warning', notRestored(failed)));
    this.#postState();
  }

  async #lookAround(): Promise<void> {
    this.#look = await this.#parts.workspace.look();
    this.#postState();
  }

  /** What changes the open conversation as a whole happens one after the other; a message waits for it. */
  #inOrder(run: () => Promise<void>): Promise<void> {
    const done = this.#showing.then(run);
    this.#showing = done.catch(() => undefined); // the caller handles the error
    return done;
  }

  #show(conversation = new OpenConversation(this.#parts.store.create(), this.#parts.store)): Promise<void> {
    this.#approvals.withdraw();
    return this.#inOrder(() => this.#open(conversation));
  }

  async #open(conversation: OpenConversation): Promise<void> {
    await this.stop();
    await this.#conversation.close();
    this.#turns.clear();
    this.#decided.clear();
    this.#conversation = conversation;
    await this.#parts.window.remember(conversation.id);
    this.#tell([{ type: 'reset', items: conversation.transcript.items }]);
    this.#postState();
    this.#remeasure();
  }

  async #delete(id: string): Promise<void> {
    if (id === this.#conversation.id) await this.#show();
    await this.#parts.store.remove(id);
    await this.#parts.checkpoints.forget(id);
    this.#tell(await lookUp(this.#parts, { type: 'listConversations', query: '' }));
  }

  #approvalsChanged(): void {
    const { transcript } = this.#conversation;
    for (const { callId, title, choices } of this.#approvals.open) {
      if (choices === undefined) this.#tell(transcript.callState(callId, 'waiting'));
      this.#parts.window.callForAttention(title);
    }
    this.#postState();
  }

  /** Settles each turn if the user has kept or undone all its files outside the panel. */
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

  #costOf(draft: string): Promise<DraftCost | undefined> {
    const running = this.#turns.running !== undefined;
    return draftCost(draft, { ...this.#parts, conversation: this.#conversation, running, hooks: this.#hooks() });
  }

  /** What the draft costs may have changed. */
  #remeasure(): void {
    this.#draft.remeasure().catch(this.#parts.failed);
  }

  /** Tells the panel and stores what is complete. */
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
    const { models, window, checkpoints } = this.#parts;
    return panelState({
      link: models.current,
      window,
      conversation: this.#conversation,
      ...this.#turns.shown,
      approvals: this.#approvals.open,
      draft: this.#draft.cost,
      look: this.#look,
      pending: checkpoints.review.files(this.#conversation.id),
    });
  }
}
