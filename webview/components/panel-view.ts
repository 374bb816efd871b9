import type { PanelContext } from '../panel-context.ts';
import { activityOf } from '../state/activity.ts';
import { newsBetween } from '../state/news.ts';
import { emptyPanel, type PanelModel } from '../state/panel-model.ts';
import type { SavedState } from '../state/saved-state.ts';
import { say } from '../strings.ts';
import { ActivityBar } from './activity-bar.ts';
import { Announcer } from './announcer.ts';
import { ApprovalBar } from './approval-bar.ts';
import { button } from './button.ts';
import { Composer } from './composer/composer.ts';
import { attributes, el, icon, setHidden } from './element.ts';
import { PanelHeader } from './panel-header.ts';
import { HistoryList } from './history-list.ts';
import { ModelStatus } from './model-status.ts';
import { NextStep } from './next-step.ts';
import { PendingFiles } from './pending-files.ts';
import { TranscriptView } from './transcript/transcript-view.ts';
import { Welcome } from './welcome.ts';

/** The whole panel. Owns: the layout, and passing the newest state to each part. Does not own: the state. */
export class PanelView {
  readonly element: HTMLElement;
  readonly #context: PanelContext;
  readonly #announcer = new Announcer();
  readonly #header: PanelHeader;
  readonly #transcript: TranscriptView;
  readonly #welcome: Welcome;
  readonly #history: HistoryList;
  readonly #status: ModelStatus;
  readonly #approvals: ApprovalBar;
  readonly #pending: PendingFiles;
  readonly #activity = new ActivityBar();
  readonly #next: NextStep;
  readonly #untrusted: HTMLElement;
  readonly #composer: Composer;
  readonly #main: HTMLElement;
  #model: PanelModel = emptyPanel;
  #showsHistory = false;

  /** `changed` is called when the draft or the scroll position may have changed, so that they can be saved. */
  constructor(post: PanelContext['post'], changed: () => void) {
    this.#context = {
      post,
      announce: (text, urgency) => this.#announcer.say(text, urgency),
      folds: new Map(),
      price: () => this.#model.state?.price,
    };
    this.#header = new PanelHeader(this.#context, () => this.#toggleHistory());
    this.#transcript = new TranscriptView(this.#context);
    this.#welcome = new Welcome(this.#context, (text) => {
      this.#composer.fill(text);
      this.#composer.focus();
    });
    this.#history = new HistoryList(this.#context, () => this.#toggleHistory());
    this.#status = new ModelStatus(this.#context);
    this.#approvals = new ApprovalBar(this.#context, () => this.#composer.focus());
    this.#pending = new PendingFiles(this.#context);
    this.#next = new NextStep(this.#context);
    this.#composer = new Composer(this.#context, changed);
    const trust = button({ label: say('trust'), look: 'secondary', press: () => post({ type: 'trust' }) });
    this.#untrusted = attributes(
      el('div', 'banner', icon('workspace-untrusted'), el('span', 'banner-text', say('untrusted')), trust),
      { role: 'note' },
    );
    this.#main = el('main', 'main', this.#transcript.element, this.#welcome.element, this.#history.element);
    const dock = attributes(
      el(
        'div',
        'dock',
        this.#status.element,
        this.#activity.element,
        this.#approvals.element,
        this.#next.element,
        this.#pending.element,
        this.#composer.element,
      ),
      { role: 'region', 'aria-label': say('composer') },
    );
    this.element = attributes(
      el('div', 'panel', this.#header.element, this.#untrusted, this.#main, dock, this.#announcer.element),
      { 'aria-label': say('panelLabel') },
    );
    this.#transcript.onScroll(changed);
  }

  get saved(): SavedState {
    const top = this.#transcript.position;
    const conversation = this.#model.state?.conversation.id;
    return {
      draft: this.#composer.text,
      scroll: top === undefined || conversation === undefined ? undefined : { conversation, top },
    };
  }

  /** Restores the saved state. Call once, when the element is in the document. */
  mount(saved: SavedState): void {
    this.#transcript.mount();
    if (saved.draft !== '') this.#composer.fill(saved.draft);
    if (saved.scroll !== undefined && saved.scroll.conversation === this.#model.state?.conversation.id)
      this.#transcript.scrollTo(saved.scroll.top);
  }

  update(model: PanelModel): void {
    const before = this.#model;
    this.#model = model;
    const { state } = model;
    if (state === undefined) return;
    const empty = model.items.length === 0;
    this.#header.update(state.conversation.title, { history: this.#showsHistory });
    setHidden(this.#untrusted, state.trusted);
    // Covered rather than hidden: an element without layout forgets its scroll position.
    this.#transcript.element.classList.toggle('covered', this.#showsHistory);
    setHidden(this.#transcript.element, empty);
    setHidden(this.#welcome.element, !empty || this.#showsHistory);
    setHidden(this.#history.element, !this.#showsHistory);
    this.#welcome.update(state);
    this.#transcript.update(model.items, state);
    this.#history.update(model.conversations, state.conversation.id);
    this.#status.update(state.model);
    this.#activity.update(activityOf(state, model.items), state.speed);
    this.#approvals.update(state.approvals);
    this.#pending.update(state.pending);
    this.#next.update(state);
    this.#composer.update(state, model);
    if (model.draft.serial !== before.draft.serial) this.#takeDraft(model);
    if (model.transcript !== before.transcript && before.state?.conversation.id !== state.conversation.id)
      this.#transcript.scrollTo(undefined);
    if (before.state?.running === false && state.running) this.#transcript.scrollTo(undefined);
    for (const { text, urgency } of newsBetween(before, model)) this.#announcer.say(text, urgency);
  }

  focus(): void {
    if (document.activeElement === null || document.activeElement === document.body) this.#composer.focus();
  }

  #takeDraft(model: PanelModel): void {
    // Keep the user's draft, after the returned text.
    const written = this.#composer.text;
    const { text, adds } = model.draft;
    if (adds) this.#composer.fill(`${written}${/(^|\s)$/.test(written) ? '' : ' '}${text} `);
    else this.#composer.fill(written.trim() === '' ? text : `${text}\n${written}`);
    if (model.draft.focus) this.#composer.focus();
  }

  #toggleHistory(): void {
    this.#showsHistory = !this.#showsHistory;
    this.update(this.#model);
    if (this.#showsHistory) this.#history.open();
    else this.#header.focusHistory();
  }
}
