import { toCodedError } from '../../native/protocol/coded-error.ts';
import type { SamplingOptions } from '../../native/protocol/generation.ts';
import type { ModelFacts } from '../agent/agent-model.ts';
import { editTarget } from '../rewrite/edit-target.ts';
import { readInstruction } from '../rewrite/instruction.ts';
import { Refusal } from '../rewrite/refusal.ts';
import { readRewriteAnswer } from '../rewrite/rewrite-answer.ts';
import { faultText, type Fault } from '../rewrite/rewrite-fault.ts';
import { answerTokensFor, checkCodeLength } from '../rewrite/rewrite-limits.ts';
import type { Rewriter } from '../rewrite/rewrite-loop.ts';
import { askMessages, rewriteMessages, type RewriteRequest } from '../rewrite/rewrite-prompt.ts';
import { translate } from '../translation.ts';
import type { Span } from '../workspace/span.ts';
import { changeSummary } from './change-summary.ts';
import type { EditLedger } from './edit-ledger.ts';
import type { InlineDocument } from './inline-document.ts';
import { InlineEdit } from './inline-edit.ts';
import { InlineEntries, type InlineEntry } from './inline-entries.ts';
import { rewriteInPlace } from './rewrite-in-place.ts';

/**
 * `idle`: no edit is open. `working`: the model is asked. `proposal`: its code is in the document and can be accepted.
 * `broken`: its code is in the document, but does not parse or was cut off.
 */
type InlinePhase = 'idle' | 'working' | 'proposal' | 'broken';

/** Shows a chat. */
export interface InlineView {
  /** Something about the chat changed. */
  changed(): void;
}

/** One message of the user, and how it is to be answered. */
interface Question {
  readonly typed: string;
  readonly request: RewriteRequest;
  readonly facts: ModelFacts;
  readonly signal: AbortSignal;
  /** Empty for the model's recommended sampling. */
  readonly sampling: { readonly sampling?: SamplingOptions };
}

let lastId = 0;

/**
 * One inline chat: a place in a document, the messages about it, and at most one edit that waits for the user. Owns:
 * the order of asking, writing, checking, accepting and taking back. Does not own: its looks, other chats.
 */
export class InlineSession {
  /** Unique in this window. */
  readonly id = ++lastId;
  readonly #rewriter: Rewriter;
  readonly #document: InlineDocument;
  readonly #view: InlineView;
  readonly #entries: InlineEntries;
  readonly #edit: InlineEdit;
  /** True once the code that the chat is about is known; until then its place is the selection. */
  #hasTarget = false;
  #phase: InlinePhase = 'idle';
  #abort: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The user changed the text that is being, or was, written. */
  #touched = false;
  /** The user was told that their text would be lost, and has not changed it since. */
  #warned = false;
  /** A decision is being carried out: its effects on the document are not another decision. */
  #deciding = false;
  #lastTyped: string | undefined;

  constructor(rewriter: Rewriter, document: InlineDocument, ledger: EditLedger, view: InlineView, selection: Span) {
    this.#rewriter = rewriter;
    this.#document = document;
    this.#view = view;
    this.#entries = new InlineEntries(() => view.changed());
    this.#edit = new InlineEdit(document.buffer, ledger, selection, (rewound) => this.#onTouched(rewound));
  }

  get entries(): readonly InlineEntry[] {
    return this.#entries.all;
  }

  get phase(): InlinePhase {
    return this.#phase;
  }

  get uri(): string {
    return this.#document.buffer.uri;
  }

  /** Where its edit is, or would be. */
  get span(): Span {
    return this.#edit.span;
  }

  /** The text before its edit; undefined if no edit is open. */
  get original(): string | undefined {
    return this.#edit.original;
  }

  /** True while the model is asked or an edit waits for the user. */
  get isOpen(): boolean {
    return this.#phase !== 'idle';
  }

  /** Asks the model. With an open proposal the question is about that. Never rejects: errors are shown in the chat. */
  send(typed: string, sampling?: SamplingOptions): Promise<void> {
    if (this.#phase === 'working' || typed.trim() === '') return this.#running;
    this.#lastTyped = typed;
    this.#entries.ask(typed);
    this.#running = this.#run(typed, sampling);
    return this.#running;
  }

  /** Takes the edit back and asks the same again, with sampling that varies. */
  async retry(): Promise<void> {
    if (this.#lastTyped === undefined || this.#phase === 'working') return;
    if (!this.#mayLose() || !(await this.#takeBack())) return;
    await this.send(this.#lastTyped, { temperature: 0.8, seed: Math.floor(Math.random() * 2 ** 31) });
  }

  async accept(): Promise<void> {
    if (this.#phase !== 'proposal' || !this.#edit.isOpen || this.#deciding) return;
    await this.#decide(() => this.#edit.keep());
    this.#becomeIdle();
    this.#entries.addNote(translate('Accepted.'));
  }

  async reject(): Promise<void> {
    if ((this.#phase !== 'proposal' && this.#phase !== 'broken') || this.#deciding) return;
    if (!this.#mayLose()) return;
    if (await this.#takeBack()) this.#entries.addNote(translate('Rejected. The text is as it was before.'));
  }

  /**
   * Stops the model and puts the original text back. Never together with text of the user: that takes `reject`, which
   * is a button, while this is a key that may be pressed by chance.
   */
  async cancel(): Promise<void> {
    if (this.#phase !== 'working') return this.#touched ? void this.#warn() : this.reject();
    this.#abort?.abort();
    await this.#running;
  }

  /** To be called after the document was closed with this text in it. */
  async documentClosed(text: string): Promise<void> {
    this.#abort?.abort();
    if (this.#edit.isOpen && this.#phase === 'working') {
      await this.#edit.takeBackClosed(text);
      this.#becomeIdle();
    }
    await this.#running;
  }

  /** To be called after the review, or undo, may have decided about the edit. */
  async settledElsewhere(): Promise<void> {
    if (!this.#waitsForUser()) return;
    const outcome = await this.#edit.outcome();
    if (outcome === undefined || !this.#waitsForUser()) return;
    this.#edit.close();
    this.#becomeIdle();
    this.#entries.addNote(
      outcome === 'undone' ? translate('Undone. The text is as it was before.') : translate('Accepted.'),
    );
  }

  /** Ends it: an edit that is being written is taken back, one that waits for the user stays in the review. */
  async dispose(): Promise<void> {
    if (this.#phase === 'working') await this.cancel();
    this.#edit.dispose();
  }

  async #run(typed: string, sampling: SamplingOptions | undefined): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#touched = false;
    this.#warned = false;
    const before = this.#phase;
    this.#set('working');
    try {
      await this.#answer(typed, before, { signal: abort.signal, ...(sampling !== undefined && { sampling }) });
    } catch (thrown) {
      await this.#failed(thrown, before);
    } finally {
      this.#abort = undefined;
      this.#view.changed();
    }
  }

  async #answer(
    typed: string,
    before: InlinePhase,
    { signal, ...sampling }: { readonly signal: AbortSignal; readonly sampling?: SamplingOptions },
  ): Promise<void> {
    const { oneShot, syntax } = this.#rewriter;
    const document = this.#document;
    const facts = await oneShot.facts(signal);
    const text = await document.buffer.read();
    if (text === undefined) throw new Refusal(translate('The document is gone.'));
    if (!this.#hasTarget) this.#edit.moveTo(await editTarget(syntax, document.language, text, this.span));
    const { span } = this;
    const problem = document.problems(span).find(({ isError }) => isError)?.message;
    const instruction = readInstruction(typed, facts, { language: document.language, problem });
    const code = text.slice(span.from, span.to);
    checkCodeLength(code, facts);
    if (code.trim() === '' && facts.profile === 'compact')
      throw new Refusal(
        translate('{0} only works on existing code. Select some, or put the cursor into it.', facts.name),
        'model',
      );
    this.#hasTarget = true;
    const request: RewriteRequest = {
      path: document.path,
      language: document.language,
      instruction: instruction.text,
      code,
      ...(facts.profile === 'full' && { surroundings: await document.surroundings(text, span) }),
    };
    const question: Question = { typed, request, facts, signal, sampling };
    if (instruction.kind === 'edit') return this.#rewrite(question, text);
    await this.#ask(question);
    this.#set(before);
  }

  async #ask({ typed, request, facts, signal, sampling }: Question): Promise<void> {
    const messages = this.#entries.withEarlierTurns(facts, askMessages(facts.profile, request));
    const answer = await this.#rewriter.oneShot.run('ask', messages, {
      maxTokens: answerTokensFor(request.code, facts),
      signal,
      ...sampling,
      onText: (piece) => this.#entries.append(piece),
    });
    this.#entries.remember(typed, answer);
    this.#entries.write(answer);
    if (answer.trim() === '') this.#entries.note(translate('The model gave no answer.'));
  }

  async #rewrite({ typed, request, facts, signal, sampling }: Question, text: string): Promise<void> {
    const refused = await this.#document.refusal(this.span);
    if (refused !== undefined) throw refused;
    const edit = await this.#edit.begin(text);
    this.#view.changed(); // the edit may be elsewhere than the selection
    const { answer, fault } = await rewriteInPlace(this.#rewriter, edit, {
      facts,
      messages: this.#entries.withEarlierTurns(facts, rewriteMessages(facts.profile, request)),
      code: request.code,
      language: request.language,
      signal,
      ...sampling,
      onProse: (prose) => this.#entries.write(prose),
      onRetry: (fault) => this.#entries.note(translate('{0} Asking once more…', faultText(fault))),
    });
    this.#entries.remember(typed, answer);
    const { prose } = readRewriteAnswer(answer, { done: true });
    if (fault?.kind === 'noCode' || fault?.kind === 'unchanged') {
      await this.#takeBack();
      this.#entries.write(prose);
      if (fault.kind === 'unchanged') this.#entries.note(translate('The model proposes no change.'));
      else if (prose === '') this.#entries.note(translate('The model gave no answer.'));
      return;
    }
    const summary = changeSummary(edit.original, (await edit.current()) ?? '');
    await this.#edit.endWriting();
    this.#entries.write(prose);
    this.#entries.propose();
    this.#entries.note([summary, brokenText(fault, facts)].filter((part) => part !== '').join('\n\n'));
    this.#set(fault === undefined || isDoubt(fault, facts) ? 'proposal' : 'broken');
  }

  /** Puts the original text back, exactly. False if that failed: the chat says so. */
  async #takeBack(): Promise<boolean> {
    if (!this.#edit.isOpen) return true;
    let restored = false;
    await this.#decide(async () => {
      restored = await this.#edit.takeBack();
    });
    this.#becomeIdle();
    if (!restored)
      this.#entries.addNote(
        translate('The text could not be restored: the document has changed. Look at the pending changes.'),
      );
    return restored;
  }

  async #failed(thrown: unknown, before: InlinePhase): Promise<void> {
    const isStopped = this.#abort?.signal.aborted === true;
    if (thrown instanceof Refusal && before !== 'idle' && this.#edit.isOpen) {
      // A follow-up that is refused leaves the proposal as it is.
      await this.#edit.endWriting();
      this.#entries.note(thrown.message, thrown.remedy);
      this.#set(before);
      return;
    }
    if (this.#touched && this.#edit.isOpen) {
      await this.#edit.endWriting();
      this.#entries.propose();
      this.#entries.note(
        translate(
          'You changed this code while it was being written, so writing stopped. Reject restores the original text.',
        ),
      );
      this.#set('broken');
      return;
    }
    await this.#takeBack();
    this.#set('idle');
    const error = toCodedError(thrown);
    if (thrown instanceof Refusal) this.#entries.note(thrown.message, thrown.remedy);
    else if (isStopped || error.code === 'request.cancelled')
      this.#entries.note(translate('Stopped. The text is as it was before.'));
    else this.#entries.note(translate('This failed: {0}', error.message), 'log');
  }

  /** Writing stops when the user, or undo, changes the text that is being written. */
  #onTouched(rewound: boolean): void {
    if (!rewound) {
      this.#touched = true;
      this.#warned = false;
    }
    if (this.#phase === 'working') this.#abort?.abort();
    else void this.settledElsewhere();
  }

  /** The first time says that text of the user would be lost; the second time it may be. */
  #mayLose(): boolean {
    if (!this.#touched || this.#warned) return true;
    this.#warn();
    return false;
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#entries.addNote(
      translate('You edited the proposed text. Reject or retry once more to lose your edits with it.'),
    );
  }

  #waitsForUser(): boolean {
    return this.#edit.isOpen && !this.#deciding && (this.#phase === 'proposal' || this.#phase === 'broken');
  }

  async #decide(run: () => Promise<void>): Promise<void> {
    this.#deciding = true;
    try {
      await run();
    } finally {
      this.#deciding = false;
    }
  }

  #becomeIdle(): void {
    this.#touched = false;
    this.#warned = false;
    this.#set('idle');
  }

  #set(phase: InlinePhase): void {
    this.#phase = phase;
    this.#view.changed();
  }
}

/** True for a name that a larger model may know better: its code can be accepted all the same. */
function isDoubt(fault: Fault, { profile }: ModelFacts): boolean {
  return fault.kind === 'unbound' && profile === 'full';
}

/** The fault of a change, and whether it can be accepted; empty if it has none. */
function brokenText(fault: Fault | undefined, facts: ModelFacts): string {
  switch (fault?.kind) {
    case undefined:
      return '';
    case 'cut':
      return translate('**The answer was cut off**, so it cannot be accepted. Select less code and try again.');
    case 'unbound':
      return isDoubt(fault, facts)
        ? translate('**{0} is not defined anywhere.** Check it before you accept.', fault.name)
        : translate('**{0} is not defined anywhere**, so this cannot be accepted. Try again.', fault.name);
    default:
      return translate(
        '**This does not parse**, so it cannot be accepted. Reject it, try again, or say what is wrong.',
      );
  }
}
