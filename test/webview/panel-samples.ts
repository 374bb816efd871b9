import type { Item } from '../../extension/chat/item.ts';
import { nothingSpent, type TokenPrice } from '../../extension/metering/spending.ts';
import type { PanelState } from '../../webview/messages.ts';
import type { FromPanel } from '../../webview/messages.ts';
import type { PanelContext } from '../../webview/panel-context.ts';
import { emptyPanel, type PanelModel } from '../../webview/state/panel-model.ts';

type Of<K extends Item['kind']> = Extract<Item, { kind: K }>;

export function sampleState(more: Partial<PanelState> = {}): PanelState {
  return {
    conversation: { id: 'c1', title: 'Fix the test' },
    model: { name: 'nano', state: 'ready', fraction: 1, compact: true, text: '' },
    mode: 'ask',
    style: { thinking: 'default', length: 'full', levels: [], lengths: false },
    running: false,
    canContinue: false,
    trusted: true,
    approvals: [],
    context: { used: 0, total: 1000, next: 0 },
    speed: undefined,
    spent: nothingSpent,
    pending: [],
    look: { language: 'JavaScript', test: 'test/a.test.js', functionName: 'clamp' },
    ...more,
  };
}

export function sampleModel(more: Partial<PanelModel> = {}): PanelModel {
  return { ...emptyPanel, state: sampleState(), transcript: 1, ...more };
}

export function user(turn: number, text = 'Fix it', more: Partial<Of<'user'>> = {}): Of<'user'> {
  return { kind: 'user', id: `user-${turn}`, turn, text, queued: false, ...more };
}

export function answer(id: string, text: string, more: Partial<Of<'answer'>> = {}): Of<'answer'> {
  return { kind: 'answer', id, text, reasoning: '', streaming: false, dropped: false, ...more };
}

export function call(id: string, more: Partial<Of<'call'>> = {}): Of<'call'> {
  return {
    kind: 'call',
    id,
    name: 'read_file',
    title: 'Read src/a.js',
    state: 'done',
    result: '',
    output: '',
    view: undefined,
    paths: [],
    dropped: false,
    ...more,
  };
}

export function turnEnd(turn: number, more: Partial<Of<'turnEnd'>> = {}): Of<'turnEnd'> {
  return {
    kind: 'turnEnd',
    id: `end-${turn}`,
    turn,
    outcome: 'answered',
    text: '',
    reused: 1204,
    computed: 311,
    generated: 96,
    seconds: 4.2,
    files: [],
    state: 'pending',
    ...more,
  };
}

/** A context that keeps what was posted and announced. `price`: the one that the user compares with. */
export function recordingContext(
  price?: TokenPrice,
): PanelContext & { readonly posted: FromPanel[]; readonly announced: string[] } {
  const posted: FromPanel[] = [];
  const announced: string[] = [];
  return {
    posted,
    announced,
    folds: new Map(),
    price: () => price,
    post: (message) => posted.push(message),
    announce: (text) => announced.push(text),
  };
}

/** The element that is a button of that name, within an element. */
export function buttonNamed(within: Element, name: string): HTMLElement {
  const found = [...within.querySelectorAll<HTMLElement>('vscode-button, button')].find(
    (element) => (element.getAttribute('aria-label') ?? element.textContent) === name,
  );
  if (found === undefined) throw new Error(`No button ${name} in ${within.textContent}`);
  return found;
}
