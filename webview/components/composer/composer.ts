import type { Item } from '../../../extension/chat/item.ts';
import type { PanelState, Suggestion } from '../../messages.ts';
import type { PanelContext } from '../../panel-context.ts';
import { InputHistory } from '../../state/input-history.ts';
import { completeMention, mentionAt } from '../../state/typed-mention.ts';
import type { PanelModel } from '../../state/panel-model.ts';
import { say } from '../../strings.ts';
import { button, labelButton } from '../button.ts';
import { ContextMeter } from './context-meter.ts';
import { attributes, el, freshId, setHidden, setText } from '../element.ts';
import { MentionCosts } from './mention-costs.ts';
import { MentionPopup } from './mention-popup.ts';
import { ModeSelect } from './mode-select.ts';
import { ModelChip } from './model-chip.ts';
import { StyleChip } from './style-chip.ts';
import { TextBox } from './text-box.ts';

const draftDelay = 250;
const mac = /Mac/.test(navigator.platform);

/** The message box with its bar. Owns: the draft and its keys. Does not own: what happens to a message. */
export class Composer {
  readonly element: HTMLElement;
  readonly #context: PanelContext;
  readonly #onDraft: () => void;
  readonly #box = new TextBox({ label: say('composer'), placeholder: say('composerPlaceholder'), lines: 'several' });
  readonly #mentions: MentionPopup;
  readonly #history = new InputHistory();
  readonly #meter = new ContextMeter();
  readonly #costs = new MentionCosts();
  readonly #mode: ModeSelect;
  readonly #model: ModelChip;
  readonly #style: StyleChip;
  readonly #send: HTMLElement;
  readonly #stop: HTMLElement;
  readonly #hint = attributes(el('div', 'hint'), { id: freshId('hint') });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request = 0;
  /** What to do with the suggestions asked for last: nothing, show them, or take the first since Enter was pressed. */
  #awaited: 'nothing' | 'list' | 'choice' = 'nothing';
  #shownSuggestions: PanelModel['suggestions'] | undefined;
  #items: readonly Item[] | undefined;
  #running = false;
  #stopping = false;
  /** An image was pasted, and nothing has been written since. */
  #refused = false;

  /** `onDraft` is called after each change of the text. */
  constructor(context: PanelContext, onDraft: () => void) {
    this.#context = context;
    this.#onDraft = onDraft;
    this.#mode = new ModeSelect(context);
    this.#model = new ModelChip(context);
    this.#style = new StyleChip(context);
    this.#mentions = new MentionPopup(context.announce, (suggestion) => this.#complete(suggestion));
    this.#send = button({ label: say('send'), look: 'icon', icon: 'send', press: () => this.#submit('turn') });
    this.#send.classList.add('send');
    this.#stop = button({
      label: say('stop'),
      look: 'secondary',
      icon: 'stop-circle',
      press: () => this.#requestStop(),
    });
    this.#stop.classList.add('stop');
    const bar = el(
      'div',
      'composer-bar',
      this.#mode.element,
      this.#model.element,
      this.#style.element,
      el('span', 'space'),
      this.#stop,
      this.#send,
    );
    this.element = el(
      'div',
      'composer',
      this.#mentions.element,
      el('div', 'composer-box', this.#box.element, this.#costs.element, bar),
      el('div', 'composer-foot', this.#meter.element, this.#hint),
    );
    attributes(this.#box.element, { 'aria-describedby': this.#hint.id });
    this.#box.onInput(() => this.#changed());
    this.#box.onKey((event) => this.#onKey(event));
    this.#box.onImage(() => this.#refuseImage());
    this.#box.element.addEventListener('blur', () => this.#mentions.close());
    this.#drawSend();
  }

  update(state: PanelState, model: PanelModel): void {
    if (this.#running !== state.running) this.#stopping = false;
    this.#running = state.running;
    this.#mode.update(state.mode);
    this.#model.update(state.model);
    this.#style.update(state.style, state.model.state);
    this.#meter.update(state);
    this.#costs.update(this.#box.value.trim() === '' ? [] : (state.context.mentions ?? []));
    setHidden(this.#stop, !state.running);
    attributes(this.#stop, { disabled: this.#stopping });
    labelButton(this.#stop, this.#stopping ? say('stopping') : say('stop'), undefined);
    const idle = say(state.canContinue ? 'composerContinue' : 'composerPlaceholder');
    this.#box.placeholder = state.running ? say('composerRunning') : idle;
    const steering = mac ? 'hintRunningMac' : 'hintRunning';
    const hint = state.running ? steering : 'hintSend';
    setText(this.#hint, say(this.#refused ? 'noImages' : hint));
    this.#hint.classList.toggle('idle', !state.running && !this.#refused);
    this.#hint.title = state.running ? say('hintRunningMore') : say('hintSend');
    this.#drawSend();
    if (this.#items !== model.items) {
      this.#items = model.items;
      this.#history.setEntries(model.items.flatMap((item) => (item.kind === 'user' ? [item.text] : [])));
    }
    this.#showSuggestions(model.suggestions);
  }

  get text(): string {
    return this.#box.value;
  }

  /** Replaces the draft and puts the caret at its end. */
  fill(text: string): void {
    this.#box.value = text;
    this.#box.caret = text.length;
    this.#awaited = 'nothing';
    this.#history.stop();
    this.#noteDraft(text);
  }

  focus(): void {
    this.#box.focus();
  }

  /** Says it in place of the hint, until the text changes. */
  #refuseImage(): void {
    this.#refused = true;
    setText(this.#hint, say('noImages'));
    this.#hint.classList.remove('idle');
    this.#context.announce(say('noImages'));
  }

  #changed(): void {
    this.#refused = false;
    this.#history.stop();
    const { value } = this.#box;
    this.#noteDraft(value);
    const mention = mentionAt(value, this.#box.caret);
    this.#awaited = mention === undefined ? 'nothing' : 'list';
    if (mention === undefined) this.#mentions.close();
    else this.#context.post({ type: 'suggest', request: ++this.#request, query: mention.query });
  }

  #noteDraft(text: string): void {
    this.#onDraft();
    this.#drawSend();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#context.post({ type: 'draft', text }), draftDelay);
  }

  #drawSend(): void {
    attributes(this.#send, { disabled: this.#box.value.trim() === '' });
    const label = this.#running ? say('queue') : say('send');
    labelButton(this.#send, label, label);
  }

  #onKey(event: KeyboardEvent): void {
    const handled =
      (this.#mentions.open
        ? this.#onMentionKey(event)
        : this.#awaited !== 'nothing' && isChoice(event) && this.#choose()) || this.#onTextKey(event);
    if (handled) event.preventDefault();
  }

  #onMentionKey(event: KeyboardEvent): boolean {
    switch (event.key) {
      case 'ArrowDown':
        this.#mentions.move(1);
        return true;
      case 'ArrowUp':
        this.#mentions.move(-1);
        return true;
      case 'Enter':
      case 'Tab':
        return isChoice(event) && this.#choose();
      case 'Escape':
        this.#mentions.close();
        this.#dropSuggestions();
        return true;
      default:
        return false;
    }
  }

  /** Takes the marked suggestion, or waits for the suggestions first. A second Enter no longer waits. */
  #choose(): boolean {
    if (this.#awaited === 'nothing') return this.#mentions.accept();
    this.#awaited = this.#awaited === 'list' ? 'choice' : 'nothing';
    return this.#awaited === 'choice';
  }

  /** No list opens for suggestions that are still on their way. */
  #dropSuggestions(): void {
    this.#request++;
    this.#awaited = 'nothing';
  }

  #onTextKey(event: KeyboardEvent): boolean {
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      this.#submit(event.ctrlKey || event.metaKey ? 'step' : 'turn');
      return true;
    }
    if (event.key === 'Escape') {
      this.#dropSuggestions();
      if (!this.#running) return false;
      this.#requestStop();
      return true;
    }
    const walks = this.#box.value === '' || this.#history.walking;
    if (event.key === 'ArrowUp' && walks) return this.#walk(this.#history.older(this.#box.value));
    if (event.key === 'ArrowDown' && this.#history.walking) return this.#walk(this.#history.newer());
    return false;
  }

  #walk(entry: string | undefined): boolean {
    if (entry === undefined) return false;
    this.#box.value = entry;
    this.#box.caret = entry.length;
    this.#noteDraft(entry);
    return true;
  }

  /** Sends the draft. While a turn runs it waits for the next turn, or steers the next step. */
  #submit(target: 'turn' | 'step'): void {
    const text = this.#box.value.trim();
    if (text === '') return;
    this.#context.post({ type: 'send', text, steer: this.#running && target === 'step' });
    this.#mentions.close();
    this.fill('');
    this.focus();
  }

  #requestStop(): void {
    if (!this.#running || this.#stopping) return;
    this.#stopping = true;
    attributes(this.#stop, { disabled: true });
    labelButton(this.#stop, say('stopping'), undefined);
    this.#context.announce(say('stopping'));
    this.#context.post({ type: 'stop' });
  }

  /** Ignores suggestions for an earlier query. */
  #showSuggestions(suggestions: PanelModel['suggestions']): void {
    if (suggestions === this.#shownSuggestions) return;
    this.#shownSuggestions = suggestions;
    if (suggestions.request !== this.#request) return;
    const chosen = this.#awaited === 'choice';
    this.#awaited = 'nothing';
    if (mentionAt(this.#box.value, this.#box.caret) === undefined) return;
    this.#mentions.show(suggestions.list);
    if (chosen) this.#mentions.accept();
  }

  #complete(suggestion: Suggestion): void {
    const mention = mentionAt(this.#box.value, this.#box.caret);
    this.#mentions.close();
    if (mention === undefined) return;
    const done = completeMention(this.#box.value, mention, suggestion.insert);
    this.#box.value = done.text;
    this.#box.caret = done.caret;
    this.focus();
    this.#box.caret = done.caret;
    if (suggestion.insert.endsWith(':')) this.#changed();
    else this.#noteDraft(done.text);
  }
}

/** Enter or Tab without Shift: with it they add a line or move back. */
function isChoice(event: KeyboardEvent): boolean {
  return (event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey;
}
