// @vitest-environment happy-dom
import { nothingSpent } from '../../../../extension/metering/spending.ts';
import { describe, expect, it, vi } from 'vitest';
import { Composer } from '../../../../webview/components/composer/composer.ts';
import { ContextMeter } from '../../../../webview/components/composer/context-meter.ts';
import type { PanelState } from '../../../../webview/messages.ts';
import { buttonNamed, recordingContext, sampleModel, sampleState, user } from '../../panel-samples.ts';

type Box = HTMLElement & { value: string };

function composer(
  state: Partial<PanelState> = {},
  model = sampleModel(),
): {
  readonly view: Composer;
  readonly box: Box;
  readonly context: ReturnType<typeof recordingContext>;
  write(text: string): void;
  key(key: string, more?: KeyboardEventInit): KeyboardEvent;
} {
  const context = recordingContext();
  const view = new Composer(context, () => undefined);
  document.body.replaceChildren(view.element);
  view.update(sampleState(state), model);
  const box = view.element.querySelector('vscode-text-area') as Box;
  return {
    view,
    box,
    context,
    write: (text) => {
      box.value = text;
      box.dispatchEvent(new Event('input'));
    },
    key: (key, more = {}) => {
      const event = new KeyboardEvent('keydown', { key, cancelable: true, ...more });
      box.dispatchEvent(event);
      return event;
    },
  };
}

const sent = (context: ReturnType<typeof recordingContext>): unknown[] =>
  context.posted.filter((message) => message.type === 'send' || message.type === 'stop');

describe('the composer', () => {
  it('sends with Enter and is empty then; Shift+Enter is a new line', () => {
    const { write, key, box, context } = composer();
    write('Fix it ');
    expect(key('Enter', { shiftKey: true }).defaultPrevented).toBe(false);
    expect(key('Enter').defaultPrevented).toBe(true);
    expect(sent(context)).toEqual([{ type: 'send', text: 'Fix it', steer: false }]);
    expect(box.value).toBe('');
    key('Enter');
    expect(sent(context)).toHaveLength(1);
  });

  it('says that it takes no images, until something is written', () => {
    const { view, write, box, context } = composer();
    const paste = (items: readonly { kind: string; type: string }[]): void => {
      const event = Object.assign(new Event('paste'), { clipboardData: { items } });
      box.dispatchEvent(event);
    };
    const hint = (): string => view.element.querySelector('.hint')?.textContent ?? '';
    paste([
      { kind: 'string', type: 'text/plain' },
      { kind: 'file', type: 'image/png' },
    ]);
    expect(hint()).toContain('Enter sends');
    paste([{ kind: 'file', type: 'image/png' }]);
    expect([hint(), context.announced]).toEqual([expect.stringContaining('not supported'), [hint()]]);
    view.update(sampleState(), sampleModel());
    expect(hint()).toContain('not supported');
    write('a');
    view.update(sampleState(), sampleModel());
    expect(hint()).toContain('Enter sends');
  });

  it('leaves Enter to an input method', () => {
    const { write, key, context } = composer();
    write('修复');
    key('Enter', { isComposing: true });
    expect(sent(context)).toEqual([]);
  });

  it('queues with Enter and steers with Ctrl+Enter while a turn runs, and stops with Escape once', () => {
    const { write, key, context, view } = composer({ running: true });
    write('later');
    key('Enter');
    write('now');
    key('Enter', { ctrlKey: true });
    key('Escape');
    key('Escape');
    expect(sent(context)).toEqual([
      { type: 'send', text: 'later', steer: false },
      { type: 'send', text: 'now', steer: true },
      { type: 'stop' },
    ]);
    expect(view.element.querySelector('.hint')?.textContent).toBe('Enter queues, Ctrl+Enter steers, Esc stops');
  });

  it('has a stop button only while a turn runs', () => {
    const { view, context } = composer();
    const stop = buttonNamed(view.element, 'Stop');
    expect(stop.hidden).toBe(true);
    view.update(sampleState({ running: true }), sampleModel());
    expect(stop.hidden).toBe(false);
    stop.click();
    expect(sent(context)).toEqual([{ type: 'stop' }]);
    expect(stop.getAttribute('aria-label')).toBe('Stopping…');
    view.update(sampleState(), sampleModel());
    expect([stop.hidden, stop.getAttribute('aria-label')]).toEqual([true, 'Stop']);
  });

  it('walks through earlier messages with the arrow keys when it is empty', () => {
    const { key, box, write } = composer({}, sampleModel({ items: [user(0, 'one'), user(1, 'two')] }));
    key('ArrowUp');
    key('ArrowUp');
    expect(box.value).toBe('one');
    key('ArrowDown');
    expect(box.value).toBe('two');
    key('ArrowDown');
    expect(box.value).toBe('');
    write('text');
    expect(key('ArrowUp').defaultPrevented).toBe(false);
    expect(box.value).toBe('text');
  });

  it('completes a mention after @ with the keyboard', () => {
    const { view, write, key, box, context } = composer();
    write('see @ma');
    const asked = context.posted.at(-1);
    expect(asked).toEqual({ type: 'suggest', request: 1, query: 'ma' });
    const list = [
      { kind: 'file', label: 'math.js', detail: 'src', insert: '@src/math.js' },
      { kind: 'file', label: 'main.js', detail: 'src', insert: '@src/main.js' },
    ] as const;
    view.update(sampleState(), sampleModel({ suggestions: { request: 1, list } }));
    const popup = view.element.querySelector<HTMLElement>('[role=listbox]');
    expect(popup?.hidden).toBe(false);
    key('ArrowDown');
    expect(popup?.querySelector('[aria-selected=true]')?.textContent).toContain('main.js');
    expect(context.announced.at(-1)).toBe('main.js, file, 2 of 2');
    key('Enter');
    expect(box.value).toBe('see @src/main.js ');
    expect(popup?.hidden).toBe(true);
    expect(sent(context)).toEqual([]);
  });

  it('does without the suggestions after Escape, also without those that are still on their way', () => {
    for (const isOpen of [false, true]) {
      const { view, write, key, box, context } = composer();
      const list = [{ kind: 'git', label: '@git', detail: '', insert: '@git' }] as const;
      write('see @gi');
      if (isOpen) view.update(sampleState(), sampleModel({ suggestions: { request: 1, list } }));
      write('see @git');
      key('Escape');
      view.update(sampleState(), sampleModel({ suggestions: { request: 2, list } }));
      expect(view.element.querySelector<HTMLElement>('[role=listbox]')?.hidden).toBe(true);
      key('Enter');
      expect([box.value, ...sent(context)]).toEqual(['', { type: 'send', text: 'see @git', steer: false }]);
    }
  });

  it('goes on completing behind a kind', () => {
    const { view, write, key, box, context } = composer();
    write('@sy');
    view.update(
      sampleState(),
      sampleModel({
        suggestions: { request: 1, list: [{ kind: 'symbol', label: '@symbol:', detail: '', insert: '@symbol:' }] },
      }),
    );
    expect(view.element.querySelector('[role=option]')?.textContent).toBe('@symbol:symbol');
    expect(view.element.querySelector('[role=option] .codicon-symbol-method')).not.toBeNull();
    key('Tab');
    expect(box.value).toBe('@symbol:');
    expect(context.posted.at(-1)).toEqual({ type: 'suggest', request: 2, query: 'symbol:' });
  });

  it('takes with Enter what completes the text as it is, also when the list for it comes a moment later', () => {
    const file = (name: string) => ({ kind: 'file', label: name, detail: '', insert: `@${name}` }) as const;
    const { view, box, write, key, context } = composer();
    write('Read @');
    expect(key('Enter').defaultPrevented).toBe(true);
    view.update(sampleState(), sampleModel({ suggestions: { request: 1, list: [file('a.js'), file('math.js')] } }));
    expect(box.value).toBe('Read @a.js ');
    write('Read @');
    view.update(sampleState(), sampleModel({ suggestions: { request: 2, list: [file('a.js'), file('math.js')] } }));
    write('Read @ma');
    key('Enter');
    expect(box.value, 'the list of the text before is not the one for this text').toBe('Read @ma');
    view.update(sampleState(), sampleModel({ suggestions: { request: 3, list: [file('math.js')] } }));
    expect(box.value).toBe('Read @math.js ');
    expect(sent(context)).toEqual([]);
  });

  it('sends a mention with a second Enter when no list comes, and nothing by itself when nothing fits', () => {
    const { view, box, write, key, context } = composer();
    write('Mail to @ma');
    key('Enter');
    expect(sent(context)).toEqual([]);
    key('Enter');
    expect(sent(context)).toEqual([{ type: 'send', text: 'Mail to @ma', steer: false }]);
    write('Mail to @ma');
    key('Enter');
    view.update(sampleState(), sampleModel({ suggestions: { request: 2, list: [] } }));
    expect(box.value).toBe('Mail to @ma');
    expect(sent(context)).toHaveLength(1);
    key('Enter');
    expect(sent(context)).toHaveLength(2);
  });

  it('shows what each mention adds before anything is sent, until the text is gone', () => {
    const { view, write, key } = composer();
    write('Look at @src/a.js, @.env and @b.js now');
    const mentions = [
      { kind: 'file', label: 'src/a.js', tokens: 1234, asks: false },
      { kind: 'file', label: '.env', tokens: 12, asks: true },
      { kind: 'git', label: '@git', tokens: 0, asks: false },
    ] as const;
    const state = sampleState({ context: { used: 0, total: 1000, next: 40, mentions } });
    view.update(state, sampleModel());
    const list = view.element.querySelector<HTMLElement>('.mention-costs');
    expect([...(list?.children ?? [])].map((entry) => [entry.textContent, entry.getAttribute('aria-label')])).toEqual([
      ['src/a.js+ 1.2k', 'src/a.js, file: 1234 tokens'],
      ['.env', '.env, file: may contain secrets; you are asked before it is sent'],
      ['@git', '@git, changes that are not committed: only the name is sent; the model reads it when needed'],
    ]);
    key('Enter');
    view.update(state, sampleModel());
    expect(list?.hidden).toBe(true);
  });

  it('ignores an answer to an earlier question, and closes its list with Escape without stopping', () => {
    const { view, write, key, context } = composer({ running: true });
    write('@m');
    write('@ma');
    const popup = view.element.querySelector<HTMLElement>('[role=listbox]');
    view.update(sampleState({ running: true }), sampleModel({ suggestions: { request: 1, list: [] } }));
    expect(popup?.hidden).toBe(true);
    view.update(sampleState({ running: true }), sampleModel({ suggestions: { request: 2, list: [] } }));
    expect(popup?.textContent).toBe('No matches');
    key('Escape');
    expect(popup?.hidden).toBe(true);
    expect(sent(context)).toEqual([]);
  });

  it('tells the draft to the host once typing pauses', () => {
    vi.useFakeTimers();
    const { write, context } = composer();
    write('a');
    write('ab');
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    expect(context.posted).toEqual([{ type: 'draft', text: 'ab' }]);
  });

  it('changes the mode through the host only when the user does', () => {
    const { view, context } = composer();
    const mode = view.element.querySelector('vscode-dropdown') as Box;
    mode.dispatchEvent(new Event('change'));
    mode.value = 'plan';
    mode.dispatchEvent(new Event('change'));
    expect(context.posted).toEqual([{ type: 'mode', mode: 'plan' }]);
  });

  it('shows the model with its state and opens its menu', () => {
    const { view, context } = composer({
      model: { name: 'nano', state: 'loading', fraction: 0.43, compact: true, text: '' },
    });
    const chip = view.element.querySelector<HTMLElement>('.chip');
    expect(chip?.getAttribute('aria-label')).toBe('Model: nano, loading, 43 %. Opens the model menu.');
    expect([...(chip?.querySelectorAll('.chip-name > span') ?? [])].map((one) => one.textContent)).toEqual([
      '',
      'nano',
    ]);
    chip?.click();
    expect(context.posted).toEqual([{ type: 'pickModel' }]);
  });
});

describe('the context meter', () => {
  const bare = { spent: nothingSpent, price: undefined };

  it('says what is used and what the message adds, and warns in words', () => {
    const meter = new ContextMeter();
    meter.update({ ...bare, context: { used: 1200, total: 131_072, next: 45 } });
    expect(meter.element.textContent).toBe('1.2k + 45 / 131k');
    expect(meter.element.getAttribute('aria-valuetext')).toBe('1200 of 131072 tokens used, this message adds 45');
    meter.update({ ...bare, context: { used: 950, total: 1000, next: 0 } });
    expect(meter.element.getAttribute('aria-valuetext')).toContain('nearly full');
    expect(meter.element.classList.contains('full')).toBe(true);
    meter.update({ ...bare, context: { used: 0, total: 0, next: 0 } });
    expect(meter.element.hidden).toBe(true);
  });

  it('says what the message takes as an estimate, with the details on hover, while there is a message', () => {
    const meter = new ContextMeter();
    const time = { seconds: 3.14, low: 2.9, high: 3.5 };
    const forecast = { read: 2500, cached: 1200, time, rate: 41.7, bytes: 44_000_000 };
    meter.update({ ...bare, context: { used: 1200, total: 131_072, next: 2500, forecast } });
    expect(meter.element.querySelector('.meter-forecast')?.textContent).toBe('≈ 3.1 s · 44 MB');
    expect(meter.element.title.split('\n').slice(1)).toEqual([
      'this message adds 2500',
      'The model would read 2500 tokens and finds 1200 in its cache.',
      'First word in about 3.1 s, an estimate from earlier turns.',
      'Then about 42 tokens per second.',
      '44 MB of memory in its context.',
    ]);
    meter.update({ ...bare, context: { used: 1200, total: 131_072, next: 0, forecast } });
    expect(meter.element.querySelector<HTMLElement>('.meter-forecast')?.hidden).toBe(true);
  });

  it('invents no time where none was measured', () => {
    const meter = new ContextMeter();
    const forecast = { read: 2500, cached: 0, bytes: 100_000 };
    meter.update({ ...bare, context: { used: 0, total: 8192, next: 2500, forecast } });
    expect(meter.element.querySelector('.meter-forecast')?.textContent).toBe('0.1 MB');
    expect(meter.element.title).not.toContain('First word');
    expect(meter.element.title).toContain('How long that takes is not known yet');
  });

  it('tells a time that is not sure as two numbers', () => {
    const meter = new ContextMeter();
    const told = (seconds: number, low: number, high: number): (string | null | undefined)[] => {
      const forecast = { read: 2500, cached: 0, time: { seconds, low, high } };
      meter.update({ ...bare, context: { used: 0, total: 8192, next: 2500, forecast } });
      return [meter.element.querySelector('.meter-forecast')?.textContent, meter.element.title.split('\n')[3]];
    };
    expect(told(2, 0.8, 5)).toEqual([
      '0.8–5 s',
      'First word in 0.8 s to 5.0 s: earlier turns took very different times.',
    ]);
    expect(told(40, 20, 80)[0]).toBe('20–80 s');
    expect(told(90, 30, 270)[0]).toBe('1–5 min');
    const forecast = { read: 2500, cached: 0, bytes: 1_240_000_000 };
    meter.update({ ...bare, context: { used: 0, total: 8192, next: 2500, forecast } });
    expect(meter.element.querySelector('.meter-forecast')?.textContent).toBe('1.2 GB');
  });

  it('sums the conversation on hover', () => {
    const meter = new ContextMeter();
    const spent = { reused: 9000, computed: 1000, generated: 500, reading: 2, writing: 75, tools: 3, wattHours: 0.123 };
    const price = { prompt: 2, cachedPrompt: 0.5, completion: 8, currency: '$' };
    meter.update({ spent, price, context: { used: 1200, total: 8192, next: 0 } });
    expect(meter.element.title.split('\n').slice(-5)).toEqual([
      'This conversation so far, undone turns included:',
      '9000 prompt tokens reused, 1000 computed; 500 tokens generated',
      'Reading 2.0 s, writing 1 min 15 s, tools 3.0 s',
      'About 0.12 Wh, estimated',
      '$0.011 at your price',
    ]);
  });
});
