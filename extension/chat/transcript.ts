import type { TurnEvent, TurnOutcome } from '../agent/turn-events.ts';
import type { ChangedFile } from '../edits/changed-file.ts';
import type { Spending } from '../metering/spending.ts';
import type { Item } from './item.ts';
import type { ToPanel } from '../../webview/messages.ts';
import { translate } from '../translation.ts';
import { countedView } from './counted-view.ts';

type CallItem = Extract<Item, { kind: 'call' }>;
type AnswerItem = Extract<Item, { kind: 'answer' }>;

/** Characters of a running call's output that a card keeps; the terminal has all of it. */
const outputMax = 20_000;

/**
 * The transcript of one conversation: turns the agent's events into items. Its methods return what to tell the panel.
 * Owns: the items and their order. Does not own: storage, the panel, the agent.
 */
export class Transcript {
  #items: Item[];
  #step: string[] = []; // ids of the items of the running step
  #answer: string | undefined;
  #next: number;

  constructor(items: readonly Item[] = []) {
    this.#items = [...items];
    this.#next = Math.max(-1, ...items.map((item) => numberOf(item.id))) + 1;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  /** The request of a turn. One that could not be sent before keeps its place. */
  user(turn: number, text: string): ToPanel[] {
    const same = this.#items.findLast((item) => item.kind === 'user' && item.turn === turn && item.text === text);
    return this.#put({ kind: 'user', id: same?.id ?? this.#id('user'), turn, text, queued: false });
  }

  /** Marks that turn's request: the turn could not begin. */
  unsent(turn: number): ToPanel[] {
    const item = this.#items.findLast((candidate) => candidate.kind === 'user' && candidate.turn === turn);
    return item?.kind === 'user' ? this.#put({ ...item, unsent: true }) : [];
  }

  /** The text of a request that could not be sent; it is no longer marked. */
  takeUnsent(id: string): { readonly text: string; readonly messages: ToPanel[] } | undefined {
    const item = this.#find(id);
    if (item?.kind !== 'user' || item.unsent !== true) return undefined;
    return { text: item.text, messages: this.#put({ ...item, unsent: false }) };
  }

  /** A message that waits for the next turn, or for the next step. */
  waiting(text: string, steer: boolean): ToPanel[] {
    return this.#put({
      kind: 'user',
      id: this.#id(steer ? 'steer' : 'queued'),
      turn: -1,
      text,
      queued: true,
      steers: steer,
    });
  }

  /** A message no longer waits. A steering one stays in its place; a queued one is removed and begins a turn. */
  taken(text: string): ToPanel[] {
    const item = this.#items.find(
      (candidate) => candidate.kind === 'user' && candidate.queued && candidate.text === text,
    );
    if (item?.kind !== 'user') return [];
    if (item.id.startsWith('steer')) return this.#put({ ...item, queued: false });
    this.#items = this.#items.filter((candidate) => candidate !== item);
    return [{ type: 'reset', items: this.#items }];
  }

  /** Removes a waiting message that the user took back. */
  withdrawn(id: string): ToPanel[] {
    this.#items = this.#items.filter((item) => item.id !== id);
    return [{ type: 'reset', items: this.#items }];
  }

  /** The request that began a turn. */
  requestOf(turn: number): string | undefined {
    const item = this.#items.find((candidate) => candidate.kind === 'user' && candidate.turn === turn);
    return item?.kind === 'user' ? item.text : undefined;
  }

  /** `leadsTo`: what a button below it opens. */
  notice(level: 'info' | 'warning' | 'error', text: string, leadsTo?: 'models'): ToPanel[] {
    return this.#put({ kind: 'notice', id: this.#id('notice'), level, text, ...(leadsTo && { leadsTo }) });
  }

  plan(steps: Extract<Item, { kind: 'plan' }>['steps']): ToPanel[] {
    const old = this.#items.findLast((item) => item.kind === 'plan');
    const lastUser = this.#items.findLastIndex((item) => item.kind === 'user');
    const fresh = old === undefined || this.#items.indexOf(old) < lastUser;
    return this.#put({ kind: 'plan', id: fresh ? this.#id('plan') : old.id, steps });
  }

  question(question: string, choices: readonly string[]): { readonly id: string; readonly messages: ToPanel[] } {
    const id = this.#id('question');
    return { id, messages: this.#put({ kind: 'question', id, question, choices, answer: undefined }) };
  }

  answerQuestion(id: string, answer: string): ToPanel[] {
    const item = this.#find(id);
    return item?.kind === 'question' ? this.#put({ ...item, answer }) : [];
  }

  /** Changes the state of a call of the running step. */
  callState(callId: string, state: CallItem['state']): ToPanel[] {
    const item = this.#call(callId);
    return item === undefined ? [] : this.#put({ ...item, state });
  }

  end(turn: number, outcome: TurnOutcome, spent: Spending, files: readonly ChangedFile[]): ToPanel[] {
    const text = outcome.end.kind === 'limit' || outcome.end.kind === 'failed' ? outcome.end.text : '';
    return [
      ...this.#closeAnswer(),
      ...this.#put({
        kind: 'turnEnd',
        id: this.#id('end'),
        turn,
        outcome: outcome.end.kind,
        text,
        ...spent,
        seconds: outcome.seconds,
        files,
        state: 'pending',
      }),
    ];
  }

  /** Records that the user kept or undid a turn's changes. */
  settle(turn: number, state: 'kept' | 'undone'): ToPanel[] {
    const item = this.#items.findLast((candidate) => candidate.kind === 'turnEnd' && candidate.turn === turn);
    return item?.kind === 'turnEnd' ? this.#put({ ...item, state }) : [];
  }

  /** Removes that turn's message and everything after it. */
  truncateTo(turn: number): ToPanel[] {
    const at = this.#items.findIndex((item) => item.kind === 'user' && item.turn >= turn);
    if (at >= 0) this.#items = this.#items.slice(0, at);
    this.#step = [];
    this.#answer = undefined;
    return [{ type: 'reset', items: this.#items }];
  }

  apply(event: TurnEvent): ToPanel[] {
    switch (event.kind) {
      case 'stepStarted':
        this.#step = [];
        this.#answer = undefined;
        return [];
      case 'queued':
      case 'prefill':
      case 'decode':
      case 'spent':
      case 'callDone': // complete, but not resolved yet
      case 'steered': // the waiting message is already shown
        return [];
      case 'text':
        return this.#append('text', event.text);
      case 'reasoning':
        return this.#append('reasoning', event.text);
      case 'call':
        return this.#beginCall(event.id, event.name);
      case 'callBroken':
        return this.#beginCall(event.broken.id, event.broken.name ?? 'tool');
      case 'toolResolved': {
        const item = this.#call(event.callId) ?? this.#newCall(event.callId, event.name);
        return this.#putStep({ ...item, title: event.title, view: countedView(event.preview) });
      }
      case 'toolRunning':
        return this.callState(event.callId, 'running');
      case 'toolOutput':
        return this.#appendOutput(event.callId, event.text);
      case 'toolDone': {
        const item = this.#call(event.callId) ?? this.#newCall(event.callId, event.callId);
        return this.#putStep({
          ...item,
          state: event.state,
          result: event.text,
          view: event.display === undefined ? item.view : countedView(event.display),
          paths: event.changed,
        });
      }
      case 'stepDropped':
        return this.#dropStep();
      case 'stepDone':
        return this.#closeAnswer();
      case 'compacted':
        return this.notice(
          'info',
          translate('The conversation was shortened from {0} to {1} tokens.', event.before, event.after),
        );
      case 'notice':
        return this.notice(event.level, event.text);
    }
  }

  #id(kind: string): string {
    return `${kind}-${this.#next++}`;
  }

  #find(id: string): Item | undefined {
    return this.#items.findLast((item) => item.id === id);
  }

  /** The card of that call in the running step. A step that is repeated uses the call ids of the dropped one again. */
  #call(callId: string): CallItem | undefined {
    const item = this.#items.findLast((candidate) => candidate.kind === 'call' && callIdOf(candidate) === callId);
    return item?.kind === 'call' && !item.dropped && this.#step.includes(item.id) ? item : undefined;
  }

  #newCall(callId: string, name: string): CallItem {
    return {
      kind: 'call',
      id: `${this.#id('call')}|${callId}`,
      name,
      title: name,
      state: 'writing',
      result: '',
      output: '',
      view: undefined,
      paths: [],
      dropped: false,
    };
  }

  /** Adds a card with the first event of a call that the model writes. */
  #beginCall(callId: string, name: string): ToPanel[] {
    if (this.#call(callId) !== undefined) return [];
    return [...this.#closeAnswer(), ...this.#putStep(this.#newCall(callId, name))];
  }

  #putStep(item: Item): ToPanel[] {
    if (!this.#step.includes(item.id)) this.#step.push(item.id);
    return this.#put(item);
  }

  #put(item: Item): ToPanel[] {
    const at = this.#items.findLastIndex((candidate) => candidate.id === item.id);
    if (at >= 0) this.#items[at] = item;
    else this.#items.push(item);
    return [{ type: 'items', items: [item] }];
  }

  #append(field: 'text' | 'reasoning', text: string): ToPanel[] {
    const item = this.#answer === undefined ? undefined : this.#find(this.#answer);
    if (item?.kind !== 'answer') {
      const answer: AnswerItem = {
        kind: 'answer',
        id: this.#id('answer'),
        text: '',
        reasoning: '',
        streaming: true,
        dropped: false,
        [field]: text,
      };
      this.#answer = answer.id;
      return this.#putStep(answer);
    }
    const offset = item[field].length;
    this.#put({ ...item, [field]: item[field] + text });
    return [{ type: 'append', id: item.id, field, offset, text }];
  }

  #appendOutput(callId: string, text: string): ToPanel[] {
    const item = this.#call(callId);
    if (item === undefined) return [];
    const offset = item.output.length;
    if (offset + text.length > outputMax)
      return this.#put({ ...item, output: (item.output + text).slice(-outputMax / 2) });
    this.#put({ ...item, output: item.output + text });
    return [{ type: 'append', id: item.id, field: 'output', offset, text }];
  }

  #closeAnswer(): ToPanel[] {
    const item = this.#answer === undefined ? undefined : this.#find(this.#answer);
    this.#answer = undefined;
    return item?.kind === 'answer' && item.streaming ? this.#put({ ...item, streaming: false }) : [];
  }

  #dropStep(): ToPanel[] {
    const dropped = this.#step.flatMap((id) => {
      const item = this.#find(id);
      if (item?.kind === 'answer') return this.#put({ ...item, streaming: false, dropped: true });
      if (item?.kind === 'call')
        return this.#put({ ...item, dropped: true, state: isUnderWay(item) ? 'cancelled' : item.state });
      return [];
    });
    this.#step = [];
    this.#answer = undefined;
    return dropped;
  }
}

/** The call has no result yet. */
export function isUnderWay({ state }: CallItem): boolean {
  return state === 'writing' || state === 'waiting' || state === 'running';
}

/** The call id that a card belongs to. */
export function callIdOf(item: CallItem): string {
  return item.id.slice(item.id.indexOf('|') + 1);
}

/** The number within an item's id. Ids must not repeat, and items may have been removed since. */
function numberOf(id: string): number {
  return Number(/^[a-z]+-(\d+)/.exec(id)?.[1] ?? -1);
}
