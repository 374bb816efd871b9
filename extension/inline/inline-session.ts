import type { ChatMessage } from '../../native/protocol/chat.ts';
import { toCodedError } from '../../native/protocol/coded-error.ts';
import type { SamplingOptions } from '../../native/protocol/generation.ts';
import type { ModelFacts } from '../agent/agent-model.ts';
import { askMessages, rewriteMessages, type RewriteRequest } from '../rewrite/rewrite-prompt.ts';
import { Refusal, type Remedy } from '../rewrite/refusal.ts';
import { translate } from '../translation.ts';
import { changeSummary } from './change-summary.ts';
import { moved } from './edit-buffer.ts';
import { editTarget, type Span } from '../rewrite/edit-target.ts';
import type { InlineEntry, InlineParts, InlinePhase } from './inline-parts.ts';
import { readInstruction } from '../rewrite/instruction.ts';
import { ProvisionalEdit } from './provisional-edit.ts';
import { streamRewrite } from '../rewrite/rewrite-stream.ts';

/** Longer code is not written anew in one answer. */
const codeMax = { compact: 4000, full: 24_000 };
const turnsKept = 6;
let lastId = 0;

/**
 * One inline chat: a place in a document, what was said about it, and at most one edit that waits for the user. Owns:
 * the order of asking, writing, checking, accepting and putting back. Does not own: how it looks, other chats.
 */
export class InlineSession {
  /** Names it in this window. */
  readonly id = ++lastId;
  readonly entries: InlineEntry[] = [];
  readonly #parts: InlineParts;
  readonly #stopListening: () => void;
  #place: Span;
  /** Whether the place is the code that is talked about; before the first message it is the selection. */
  #chosen = false;
  #phase: InlinePhase = 'idle';
  #edit: ProvisionalEdit | undefined;
  #settle: (() => Promise<void>) | undefined;
  #abort: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The user changed what is being, or was, written. */
  #touched = false;
  /** A decision is being carried out: what others notice of it is no decision of theirs. */
  #deciding = false;
  #last: string | undefined;
  #turns: ChatMessage[] = [];

  constructor(parts: InlineParts, selection: Span) {
    this.#parts = parts;
    this.#place = selection;
    this.#stopListening = parts.document.buffer.onChange((changes, rewound) => {
      if (this.#edit !== undefined) return;
      for (const change of [...changes].sort((a, b) => b.from - a.from))
        this.#place = moved(this.#place, change, { rewound });
    });
  }

  get phase(): InlinePhase {
    return this.#phase;
  }

  get uri(): string {
    return this.#parts.document.buffer.uri;
  }

  /** Where its edit stands, or would stand. */
  get span(): Span {
    return this.#edit?.span ?? this.#place;
  }

  /** What stood there before its edit; undefined: no edit is open. */
  get original(): string | undefined {
    return this.#edit?.original;
  }

  /** Whether its text is in the document and the user has not decided, or is on its way there. */
  get isOpen(): boolean {
    return this.#phase !== 'idle';
  }

  /** Asks the model; follow-ups are about what was proposed. Never rejects: what goes wrong is said in the chat. */
  send(typed: string, sampling?: SamplingOptions): Promise<void> {
    if (this.#phase === 'working' || typed.trim() === '') return this.#running;
    this.#last = typed;
    this.entries.push(
      { author: 'user', text: typed, note: '', proposes: false },
      { author: 'model', text: '', note: '', proposes: false },
    );
    this.#running = this.#run(typed, sampling);
    return this.#running;
  }

  /** Takes the edit back and asks the same again; a model that always says the same is made to vary. */
  async retry(): Promise<void> {
    if (this.#last === undefined || this.#phase === 'working') return;
    if (this.#edit !== undefined && !(await this.#putBack())) return;
    await this.send(this.#last, { temperature: 0.8, seed: Math.floor(Math.random() * 2 ** 31) });
  }

  async accept(): Promise<void> {
    const edit = this.#edit;
    if (this.#phase !== 'proposal' || edit === undefined || this.#deciding) return;
    await this.#decide(async () => {
      const text = await edit.buffer.read();
      if (text !== undefined) await this.#parts.ledger.keep(this.uri, text, edit.span);
      this.#close();
    });
    this.#say(translate('Accepted.'));
  }

  async reject(): Promise<void> {
    if ((this.#phase !== 'proposal' && this.#phase !== 'broken') || this.#deciding) return;
    if (this.#touched && !(await this.#parts.view.confirmLoss())) return;
    if (await this.#putBack()) this.#say(translate('Rejected. The text is as it was.'));
  }

  /** Stops the model, and puts back what stood there. */
  async cancel(): Promise<void> {
    if (this.#phase !== 'working') return this.reject();
    this.#abort?.abort();
    await this.#running;
  }

  /** The document was closed with this text in it. */
  async documentClosed(text: string): Promise<void> {
    const edit = this.#edit;
    this.#abort?.abort();
    if (edit === undefined || this.#phase !== 'working') {
      await this.#running;
      return;
    }
    const settle = this.#settle;
    if (await edit.restoreClosed(text)) await settle?.();
    this.#close();
    await this.#parts.ledger.end(this.uri);
    await this.#running;
  }

  /** The review may have decided, or undo have taken the edit back. */
  async settledElsewhere(): Promise<void> {
    const edit = this.#edit;
    if (edit === undefined || this.#deciding || (this.#phase !== 'proposal' && this.#phase !== 'broken')) return;
    const text = await edit.buffer.read();
    if (text === undefined || this.#edit !== edit || this.#deciding) return;
    const { from, to } = edit.span;
    if (text.slice(from, to) === edit.original) {
      this.#close();
      this.#say(translate('Undone. The text is as it was.'));
    } else if (!this.#parts.ledger.isPending(this.uri, text, edit.span)) {
      this.#close();
      this.#say(translate('Accepted.'));
    }
  }

  /** Ends it: what is being written is put back, what waits for a decision stays in the review. */
  async dispose(): Promise<void> {
    if (this.#phase === 'working') await this.cancel();
    this.#edit?.close();
    this.#stopListening();
  }

  async #run(typed: string, sampling: SamplingOptions | undefined): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#touched = false;
    const before = this.#phase;
    this.#set('working');
    try {
      await this.#answer(typed, before, sampling, abort.signal);
    } catch (thrown) {
      await this.#failed(thrown, before);
    } finally {
      this.#abort = undefined;
      this.#parts.view.changed();
    }
  }

  async #answer(
    typed: string,
    before: InlinePhase,
    sampling: SamplingOptions | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { document, oneShot, syntax } = this.#parts;
    const facts = await oneShot.facts(signal);
    const text = await document.buffer.read();
    if (text === undefined) throw new Refusal(translate('The document is gone.'));
    if (!this.#chosen) this.#place = await editTarget(syntax, document.language, text, this.#place);
    const span = this.span;
    const problem = document.problems(span).find(({ isError }) => isError)?.message;
    const instruction = readInstruction(typed, facts, { language: document.language, problem });
    const code = text.slice(span.from, span.to);
    if (code.length > codeMax[facts.profile])
      throw new Refusal(translate('This is too long to be rewritten at once. Select a part of it.'));
    if (code.trim() === '' && facts.profile === 'compact')
      throw new Refusal(
        translate('{0} works on code that is there. Select some, or put the cursor into it.', facts.name),
        'model',
      );
    this.#chosen = true;
    const request: RewriteRequest = {
      path: document.path,
      language: document.language,
      instruction: instruction.text,
      code,
      ...(facts.profile === 'full' && { surroundings: await document.surroundings(text, span) }),
    };
    if (instruction.kind === 'ask') await this.#ask(facts, request, typed, before, { signal, sampling });
    else await this.#rewrite(facts, request, typed, text, { signal, sampling });
  }

  async #ask(
    facts: ModelFacts,
    request: RewriteRequest,
    typed: string,
    before: InlinePhase,
    options: { readonly signal: AbortSignal; readonly sampling: SamplingOptions | undefined },
  ): Promise<void> {
    const answer = await this.#parts.oneShot.run('ask', this.#withTurns(facts, askMessages(facts.profile, request)), {
      maxTokens: tokensFor(facts, request.code),
      signal: options.signal,
      ...(options.sampling !== undefined && { sampling: options.sampling }),
      onText: (piece) => this.#write(`${this.#reply?.text ?? ''}${piece}`),
    });
    this.#remember(typed, answer);
    this.#write(answer);
    if (answer.trim() === '') this.#note(translate('The model said nothing.'));
    this.#set(before);
  }

  async #rewrite(
    facts: ModelFacts,
    request: RewriteRequest,
    typed: string,
    text: string,
    options: { readonly signal: AbortSignal; readonly sampling: SamplingOptions | undefined },
    second?: { readonly messages: readonly ChatMessage[] },
  ): Promise<void> {
    const { document } = this.#parts;
    const refused = await document.refusal(this.span);
    if (refused !== undefined) throw refused;
    const edit = await this.#begin(text);
    const messages = second?.messages ?? this.#withTurns(facts, rewriteMessages(facts.profile, request));
    const answer = await streamRewrite(this.#parts.oneShot, messages, request.code, (code) => edit.show(code), {
      maxTokens: tokensFor(facts, request.code),
      signal: options.signal,
      ...(options.sampling !== undefined && { sampling: options.sampling }),
      onProse: (prose) => this.#write(prose),
    });
    options.signal.throwIfAborted();
    if (second === undefined) this.#remember(typed, answer.said);
    if (answer.code === undefined) {
      // Words only: they are the answer, and the code stays as it was.
      await this.#putBack();
      this.#write(answer.prose);
      if (answer.prose === '') this.#note(translate('The model said nothing.'));
      return;
    }
    if (!(await edit.finish(answer.code)))
      throw new Refusal(translate('The editor refused the change. Is the file read-only?'));
    const now = (await edit.current()) ?? '';
    if (now === edit.original) {
      await this.#putBack();
      this.#note(translate('The model proposes no change.'));
      return;
    }
    const parses = answer.closed && (await this.#parsesAsWell(edit));
    if (!parses && answer.closed && facts.profile === 'full' && second === undefined) {
      this.#note(translate('The answer does not parse. Asking once more…'));
      const again: ChatMessage[] = [
        ...messages,
        { role: 'assistant', content: answer.said },
        {
          role: 'user',
          content:
            'With this the file has more syntax errors than before. Answer again with the whole corrected piece in one fenced code block.',
        },
      ];
      return this.#rewrite(facts, request, typed, text, options, { messages: again });
    }
    await this.#endWriting(edit);
    this.#write(answer.prose);
    const fault = parses
      ? ''
      : answer.closed
        ? translate('**This does not parse**, so it cannot be accepted. Reject it, try again, or say what is wrong.')
        : translate('**The answer was cut off**, so it cannot be accepted. Select less code and try again.');
    for (const entry of this.entries) entry.proposes = entry === this.#reply;
    this.#note([changeSummary(edit.original, now), fault].filter((part) => part !== '').join('\n\n'));
    this.#set(parses ? 'proposal' : 'broken');
  }

  /** The edit that the answer goes into: the open one, or a new one. */
  async #begin(text: string): Promise<ProvisionalEdit> {
    const {
      document: { buffer },
      ledger,
    } = this.#parts;
    this.#edit ??= new ProvisionalEdit(buffer, text, this.#place, (rewound) => this.#onTouched(rewound));
    this.#settle ??= buffer.remember();
    this.#parts.view.changed(); // it stands elsewhere now
    const { from, to } = this.#edit.span;
    const original = text.slice(0, from) + this.#edit.original + text.slice(to);
    await ledger.begin(this.uri, text, { text: original, span: { from, to: from + this.#edit.original.length } });
    return this.#edit;
  }

  /** What the user wrote elsewhere meanwhile stays theirs. */
  async #endWriting(edit: ProvisionalEdit): Promise<void> {
    const text = edit.othersWrote ? await edit.buffer.read() : undefined;
    await this.#parts.ledger.end(this.uri, text === undefined ? undefined : { text, span: edit.span });
  }

  async #parsesAsWell(edit: ProvisionalEdit): Promise<boolean> {
    const {
      syntax,
      document: { language },
    } = this.#parts;
    const text = await edit.buffer.read();
    if (text === undefined || !syntax.knows(language)) return text !== undefined;
    const before = text.slice(0, edit.span.from) + edit.original + text.slice(edit.span.to);
    return (await syntax.errors(language, text)) <= (await syntax.errors(language, before));
  }

  /** Puts back what stood there, exactly; false when that could not be, which is said. */
  async #putBack(): Promise<boolean> {
    const edit = this.#edit;
    if (edit === undefined) return true;
    const { ledger } = this.#parts;
    let restored = false;
    await this.#decide(async () => {
      const text = await edit.buffer.read();
      if (this.#phase !== 'working') await ledger.begin(this.uri, text ?? '', { text: text ?? '', span: edit.span });
      restored = await edit.restore();
      if (restored) await this.#settle?.();
      await this.#endWriting(edit);
      this.#close();
    });
    if (!restored)
      this.#say(translate('The text could not be put back: the document has changed. Look at the pending changes.'));
    return restored;
  }

  async #decide(run: () => Promise<void>): Promise<void> {
    this.#deciding = true;
    try {
      await run();
    } finally {
      this.#deciding = false;
    }
  }

  async #failed(thrown: unknown, before: InlinePhase): Promise<void> {
    const refusal = thrown instanceof Refusal ? thrown : undefined;
    const error = toCodedError(thrown);
    const isStop =
      refusal === undefined && (error.code === 'request.cancelled' || this.#abort?.signal.aborted === true);
    if (refusal !== undefined && before !== 'idle' && this.#edit !== undefined) {
      // A follow-up that cannot be done leaves the proposal as it is.
      this.#note(refusal.message, refusal.remedy);
      this.#set(before);
      return;
    }
    if (this.#touched && this.#edit !== undefined) {
      await this.#endWriting(this.#edit);
      for (const entry of this.entries) entry.proposes = entry === this.#reply;
      this.#note(
        translate(
          'You changed this part while it was being written, so writing stopped. Reject puts back what stood there before.',
        ),
      );
      this.#set('broken');
      return;
    }
    await this.#putBack();
    this.#set('idle');
    if (isStop) this.#note(translate('Stopped. The text is as it was.'));
    else
      this.#note(
        refusal?.message ?? translate('This did not work: {0}', error.message),
        refusal === undefined ? 'log' : refusal.remedy,
      );
  }

  /** The user, or undo, changed the part. While it is being written, writing stops. */
  #onTouched(rewound: boolean): void {
    if (!rewound) this.#touched = true;
    if (this.#phase === 'working') this.#abort?.abort();
    else void this.settledElsewhere();
  }

  #close(): void {
    if (this.#edit === undefined) return;
    this.#place = this.#edit.span;
    this.#edit.close();
    this.#edit = undefined;
    this.#settle = undefined;
    this.#touched = false;
    this.#set('idle');
  }

  /** Larger models are told what was said before; small ones know single questions only. */
  #withTurns(facts: ModelFacts, messages: readonly ChatMessage[]): readonly ChatMessage[] {
    if (facts.profile === 'compact') return messages;
    const [system, ...rest] = messages;
    return system === undefined ? rest : [system, ...this.#turns, ...rest];
  }

  #remember(typed: string, answer: string): void {
    this.#turns = [
      ...this.#turns,
      { role: 'user' as const, content: typed },
      { role: 'assistant' as const, content: answer },
    ].slice(-2 * turnsKept);
  }

  get #reply(): InlineEntry | undefined {
    return this.entries.at(-1);
  }

  /** What the model says. */
  #write(text: string): void {
    const reply = this.#reply;
    if (reply === undefined || reply.text === text) return;
    reply.text = text;
    this.#parts.view.changed();
  }

  /** What we say of the last answer. */
  #note(text: string, remedy?: Remedy): void {
    const reply = this.#reply;
    if (reply === undefined) return;
    reply.note = text;
    if (remedy !== undefined) reply.remedy = remedy;
    this.#parts.view.changed();
  }

  /** Adds a line to what we said of it. */
  #say(text: string): void {
    const note = this.#reply?.note ?? '';
    this.#note(note === '' ? text : `${note}\n\n${text}`);
  }

  #set(phase: InlinePhase): void {
    this.#phase = phase;
    this.#parts.view.changed();
  }
}

function tokensFor(facts: ModelFacts, code: string): number {
  // A token is hardly ever shorter than two signs of code; an answer may well be longer than the code.
  return facts.profile === 'compact' ? 500 : Math.min(Math.floor(facts.contextTokens / 4), 1024 + code.length);
}
