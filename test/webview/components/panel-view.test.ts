// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PanelView } from '../../../webview/components/panel-view.ts';
import type { Approval, FromPanel } from '../../../webview/messages.ts';
import type { PanelModel } from '../../../webview/state/panel-model.ts';
import { nothingSaved } from '../../../webview/state/saved-state.ts';
import { buttonNamed, sampleModel, sampleState, turnEnd, user } from '../panel-samples.ts';

const edit: Approval = {
  callId: 'e',
  title: 'Edit src/a.js',
  view: { kind: 'diff', path: 'src/a.js', before: 'a\n', after: 'b\n' },
  rule: 'edit(src/**)',
};
const command: Approval = {
  callId: 'r',
  title: 'Run a command',
  view: { kind: 'command', command: 'npm test', folder: 'web', notes: ['Not covered by undo: node_modules.'] },
  rule: undefined,
};

let posted: FromPanel[];

function panel(model: PanelModel = sampleModel()): PanelView {
  const view = new PanelView(
    (message) => posted.push(message),
    () => undefined,
  );
  document.body.replaceChildren(view.element);
  view.update(model);
  view.mount(nothingSaved);
  return view;
}

function shown(selector: string): HTMLElement | undefined {
  const element = document.querySelector<HTMLElement>(selector);
  return element === null || element.closest('[hidden]') !== null ? undefined : element;
}

beforeEach(() => {
  posted = [];
});

describe('the panel', () => {
  it('shows what can be asked while the conversation is empty, and fills the composer with it', () => {
    const view = panel();
    expect(shown('.welcome')?.textContent).toContain('Nothing leaves your machine');
    shown('.example')?.click();
    expect(view.saved.draft).toBe('Fix the failing test.');
    expect(posted.some((message) => message.type === 'send')).toBe(false);
    view.update(sampleModel({ items: [user(0)] }));
    expect(shown('.welcome')).toBeUndefined();
    expect(shown('.transcript')).toBeDefined();
  });

  it('offers a bigger model only next to the small one', () => {
    const view = panel();
    expect(shown('.welcome-note')?.textContent).toContain('bigger model');
    view.update(
      sampleModel({
        state: sampleState({ model: { name: 'qwen', state: 'ready', fraction: 1, compact: false, text: '' } }),
      }),
    );
    expect([...document.querySelectorAll<HTMLElement>('.welcome-note')].filter((note) => !note.hidden)).toHaveLength(1);
  });

  it('says that the workspace is not trusted', () => {
    const view = panel();
    expect(shown('.banner')).toBeUndefined();
    view.update(sampleModel({ state: sampleState({ trusted: false }) }));
    expect(shown('.banner')?.textContent).toContain('not trusted');
  });

  it('shows how the model loads, and a way out when it fails', () => {
    const view = panel(
      sampleModel({
        state: sampleState({
          model: { name: 'nano', state: 'loading', fraction: 0.4, compact: true, text: '12 of 28 MB' },
        }),
      }),
    );
    expect(shown('.status-progress')?.getAttribute('aria-valuenow')).toBe('40');
    view.update(
      sampleModel({
        state: sampleState({
          model: { name: 'nano', state: 'failed', fraction: 0, compact: true, text: 'Not enough memory.' },
        }),
      }),
    );
    expect(shown('.model-status')?.textContent).toContain('Not enough memory.');
    buttonNamed(shown('.model-status') ?? document.body, 'Model menu').click();
    expect(posted).toEqual([{ type: 'pickModel' }]);
  });

  it('continues a turn that did not end', () => {
    const view = panel(
      sampleModel({ items: [user(0), turnEnd(0, { outcome: 'stopped' })], state: sampleState({ canContinue: true }) }),
    );
    buttonNamed(document.body, 'Continue').click();
    expect(posted).toEqual([{ type: 'continue' }]);
    view.update(sampleModel({ items: [user(0)], state: sampleState({ running: true }) }));
    expect(shown('.continue')).toBeUndefined();
    expect(shown('.activity')?.textContent).toContain('Working…');
  });

  it('says when a task is too hard for a small model: another model first, to continue second', () => {
    const view = panel(
      sampleModel({
        items: [user(0), turnEnd(0, { outcome: 'limit' })],
        state: sampleState({ canContinue: true, trouble: 'limit' }),
      }),
    );
    expect(shown('.continue')?.textContent).toContain('too hard for the built-in model nano');
    const buttons = [...document.querySelectorAll('.continue vscode-button')];
    expect(buttons.map((one) => [one.textContent, one.getAttribute('appearance')])).toEqual([
      ['Choose a model', 'primary'],
      ['Continue', 'secondary'],
    ]);
    for (const one of buttons) (one as HTMLElement).click();
    const look = { language: 'Python', test: undefined, functionName: undefined };
    view.update(sampleModel({ state: sampleState({ trouble: 'language', look }) }));
    expect(shown('.continue')?.textContent).toContain('Python is too hard for it');
    buttonNamed(document.body, 'Continue').click();
    expect(posted).toEqual([{ type: 'pickModel' }, { type: 'continue' }, { type: 'useAnyway' }]);
  });

  it('offers the sample project where the workspace has no test', () => {
    panel(
      sampleModel({ state: sampleState({ look: { language: undefined, test: undefined, functionName: undefined } }) }),
    );
    expect([...document.querySelectorAll('.example-text')].map((one) => one.textContent)).toEqual([
      'Open the sample project',
    ]);
    shown('.example')?.click();
    expect(posted).toEqual([{ type: 'openSample' }]);
  });

  it('lets the user trust the workspace', () => {
    panel(sampleModel({ state: sampleState({ trusted: false }) }));
    buttonNamed(shown('.banner') ?? document.body, 'Trust…').click();
    expect(posted).toEqual([{ type: 'trust' }]);
  });

  it('takes a draft of the host', () => {
    const view = panel();
    view.update(sampleModel({ draft: { text: 'again', focus: false, adds: false, serial: 1 } }));
    expect(view.saved.draft).toBe('again');
  });

  it('adds a mention behind what is written', () => {
    const view = panel();
    view.update(sampleModel({ draft: { text: '@src/a.js', focus: false, adds: true, serial: 1 } }));
    view.update(sampleModel({ draft: { text: '@terminal', focus: false, adds: true, serial: 2 } }));
    expect(view.saved.draft).toBe('@src/a.js @terminal ');
  });

  it('brings back a saved draft', () => {
    const view = new PanelView(
      (message) => posted.push(message),
      () => undefined,
    );
    view.update(sampleModel());
    document.body.replaceChildren(view.element);
    view.mount({ draft: 'half a sen', scroll: undefined });
    expect(view.saved.draft).toBe('half a sen');
  });
});

describe('an approval', () => {
  it('shows exactly what will happen and answers for that call', () => {
    const view = panel(sampleModel({ state: sampleState({ running: true, approvals: [edit, command] }) }));
    const bar = shown('.approval');
    expect(bar?.textContent).toContain('1 of 2');
    expect([...(bar?.querySelectorAll('.diff-line') ?? [])]).toHaveLength(2);
    for (const name of ['Allow once', 'Allow for this session', 'Always allow edit(src/**)', 'Decline'])
      buttonNamed(bar ?? document.body, name).click();
    expect(posted).toEqual([
      { type: 'choose', callId: 'e', choice: 'once' },
      { type: 'choose', callId: 'e', choice: 'session' },
      { type: 'choose', callId: 'e', choice: 'rule' },
      { type: 'choose', callId: 'e', choice: 'decline' },
    ]);
    view.update(sampleModel({ state: sampleState({ running: true, approvals: [command] }) }));
    expect(bar?.querySelector('.command-text')?.textContent).toBe('$ npm test');
    expect(bar?.querySelector('.command-folder')?.textContent).toBe('in web');
    expect(bar?.querySelector('.command-notes')?.textContent).toBe('Not covered by undo: node_modules.');
    expect(bar?.textContent).not.toContain('Always allow');
    view.update(sampleModel({ state: sampleState({ running: true }) }));
    expect(shown('.approval')).toBeUndefined();
  });

  it('shows what is not seen, in the title, the command, the rule and file names', () => {
    const hidden = {
      callId: 'h',
      title: 'Run echo\u202e a\nrm b',
      view: { kind: 'command', command: 'echo\u200b a\nrm b', folder: 'w\u2066eb', notes: [] },
      rule: 'run(echo\u200b a)',
    } as const;
    const change = { callId: 'd', title: 'Edit', rule: undefined } as const;
    const diff = { kind: 'diff', path: 'src/\u202ea.js', before: 'a', after: 'b\u2067' } as const;
    const view = panel(sampleModel({ state: sampleState({ running: true, approvals: [hidden] }) }));
    const bar = shown('.approval');
    expect(bar?.querySelector('.approval-title')?.textContent).toBe('Run echo⟨U+202E⟩ a⏎rm b');
    expect(bar?.querySelector('.command-text')?.textContent).toBe('$ echo⟨U+200B⟩ a\nrm b');
    expect(bar?.querySelector('.command-folder')?.textContent).toBe('in w⟨U+2066⟩eb');
    expect(bar?.querySelector('.command-length')?.textContent).toBe('2 lines');
    expect(bar?.querySelector('.buttons')?.textContent).toContain('Always allow run(echo⟨U+200B⟩ a)');
    view.update(sampleModel({ state: sampleState({ running: true, approvals: [{ ...change, view: diff }] }) }));
    expect(bar?.querySelector('.file-link')?.textContent).toBe('src/⟨U+202E⟩a.js');
    expect(bar?.querySelector('.diff-line.added .diff-text')?.textContent).toBe('b⟨U+2067⟩');
  });

  it('says at once how long a long command is, and shows all of it on demand', () => {
    const lines = Array.from({ length: 30 }, (_, at) => `echo ${at}`).join('\n');
    const long = {
      callId: 'l',
      title: `Run ${lines}`,
      view: { kind: 'command', command: lines, folder: '', notes: [] },
      rule: undefined,
    } as const;
    panel(sampleModel({ state: sampleState({ running: true, approvals: [long] }) }));
    const bar = shown('.approval');
    const text = bar?.querySelector('.command-text');
    expect(bar?.querySelector('.command-length span')?.textContent).toBe('30 lines');
    expect([text?.classList.contains('folded'), text?.textContent]).toEqual([true, `$ ${lines}`]);
    const more = bar?.querySelector<HTMLElement>('.command-length .more');
    more?.click();
    expect([text?.classList.contains('folded'), more?.textContent]).toEqual([false, 'Show less']);
  });

  it('may be a question of the extension, of which no answer is the first', () => {
    const question = {
      callId: 'q',
      title: 'Save these files first?',
      view: { kind: 'text', text: 'src/a.js\nsrc/b.js' },
      rule: undefined,
      choices: [
        { id: 'save', label: 'Save all' },
        { id: 'leave', label: 'Run without saving' },
      ],
    } as const;
    panel(sampleModel({ state: sampleState({ running: true, approvals: [question] }) }));
    const bar = shown('.approval');
    expect(bar?.querySelector('.approval-label')?.textContent).toBe('Your decision');
    expect(bar?.textContent).toContain('src/b.js');
    expect(bar?.textContent).not.toContain('Allow once');
    expect([...(bar?.querySelectorAll('vscode-button') ?? [])].map((one) => one.getAttribute('appearance'))).toEqual([
      'secondary',
      'secondary',
    ]);
    buttonNamed(bar ?? document.body, 'Run without saving').click();
    expect(posted).toEqual([{ type: 'choose', callId: 'q', choice: 'leave' }]);
  });

  it('is announced, and never puts the focus on a button', () => {
    const view = panel(sampleModel({ state: sampleState({ running: true }) }));
    const elsewhere = document.createElement('input');
    document.body.append(elsewhere);
    elsewhere.focus();
    view.update(sampleModel({ state: sampleState({ running: true, approvals: [edit] }) }));
    expect(document.activeElement).toBe(elsewhere);
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Approval needed: Edit src/a.js');
    view.update(sampleModel({ state: sampleState({ running: true }) }));
    elsewhere.blur();
    view.update(sampleModel({ state: sampleState({ running: true, approvals: [command] }) }));
    expect(document.activeElement).toBe(shown('.approval'));
  });
});

describe('the list of conversations', () => {
  const list = [
    { id: 'c1', title: 'Now', updated: Date.now(), turns: 1 },
    { id: 'c2', title: '', updated: Date.now() - 7_300_000, turns: 3 },
  ];

  it('is asked for, searched, opened from and deleted from', () => {
    vi.useFakeTimers();
    const view = panel();
    buttonNamed(document.body, 'Conversations').click();
    expect(posted).toEqual([{ type: 'listConversations', query: '' }]);
    view.update(sampleModel({ conversations: list }));
    const rows = [...document.querySelectorAll<HTMLElement>('.conversation')];
    expect(rows.map((row) => row.textContent)).toEqual([
      'Nowjust now \u00b7 1 turn \u00b7 open now',
      'Untitled conversation2 h ago \u00b7 3 turns',
    ]);
    const search = document.querySelector('.history vscode-text-field') as HTMLElement & { value: string };
    search.value = 'ren';
    search.dispatchEvent(new Event('input'));
    vi.advanceTimersByTime(500);
    buttonNamed(rows[1] ?? document.body, 'Delete: Untitled conversation').click();
    buttonNamed(rows[1] ?? document.body, 'Delete').click();
    rows[1]?.querySelector<HTMLElement>('.conversation-open')?.click();
    vi.useRealTimers();
    expect(posted.slice(1)).toEqual([
      { type: 'listConversations', query: 'ren' },
      { type: 'deleteConversation', id: 'c2' },
      { type: 'openConversation', id: 'c2' },
    ]);
    expect(shown('.history')).toBeUndefined();
  });

  it('is walked with the arrow keys and closed with Escape', () => {
    const view = panel();
    buttonNamed(document.body, 'Conversations').click();
    view.update(sampleModel({ conversations: list }));
    const history = shown('.history');
    const press = (key: string): void => {
      (document.activeElement ?? history)?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    };
    press('ArrowDown');
    press('ArrowDown');
    expect(document.activeElement?.textContent).toContain('Untitled');
    press('ArrowUp');
    expect(document.activeElement?.textContent).toContain('Now');
    press('Escape');
    expect(shown('.history')).toBeUndefined();
  });
});
