import type { Item } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { callTitle } from '../../state/wording.ts';
import { say } from '../../strings.ts';
import { isOver, reportsTrouble, resultInShort, startsOpen, stateLook, toolIcon } from './call-look.ts';
import { callView } from './call-view.ts';
import { changeCounts, changeSize } from './diff-view.ts';
import { attributes, el, freshId, icon, setHidden, setText, spoken } from '../element.ts';
import { droppedLabel } from './dropped-label.ts';
import { fileLink } from '../small-parts.ts';
import { visibleText } from '../../visible-text.ts';
import { TextPane } from './text-pane.ts';

type Call = Extract<Item, { kind: 'call' }>;

/** The card of a tool call: title and state, and folded below them the change, output or result. */
export class CallCard {
  readonly element = el('article', 'card call');
  readonly #context: PanelContext;
  readonly #head: HTMLButtonElement;
  readonly #title = el('span', 'call-title');
  readonly #short = el('span', 'call-short');
  readonly #counts = el('span', 'call-counts');
  readonly #state = el('span', 'call-state');
  readonly #body: HTMLElement;
  readonly #view = el('div', 'call-view');
  readonly #paths = el('div', 'call-paths');
  readonly #text = el('div', 'call-text');
  #pane: TextPane | undefined;
  #paneLabel = '';
  #call: Call | undefined;

  constructor(context: PanelContext) {
    this.#context = context;
    this.#body = attributes(el('div', 'call-body', this.#view, this.#paths, this.#text), { id: freshId('call') });
    this.#head = attributes(el('button', 'call-head'), { type: 'button', 'aria-controls': this.#body.id });
    this.#head.addEventListener('click', () => this.#toggle());
    this.element.append(this.#head, this.#body);
  }

  update(call: Call): void {
    const old = this.#call;
    this.#call = call;
    if (old === undefined)
      this.#head.append(
        icon(toolIcon(call.name), 'call-icon'),
        el('span', 'call-words', this.#title, this.#short),
        this.#counts,
        this.#state,
        icon('chevron-right', 'call-chevron'),
      );
    const title = callTitle(call);
    setText(this.#title, title);
    this.#title.title = title;
    if (old?.state !== call.state || old.dropped !== call.dropped || old.title !== call.title) this.#drawState(call);
    const short = resultInShort(call.name, call.state, call.result);
    setText(this.#short, short);
    this.#short.classList.toggle('trouble', call.state === 'done' && reportsTrouble(call.name, call.result));
    if (old?.view !== call.view || old?.state !== call.state)
      this.#counts.replaceChildren(...(call.view?.kind === 'diff' && !isMiss(call) ? [countsOf(call.view)] : []));
    const full = hasBody(call);
    this.#head.disabled = !full;
    this.#drawFold(call, full && (this.#context.folds.get(call.id) ?? startsOpen(call)), old);
  }

  #drawState(call: Call): void {
    const look = stateLook(call.state);
    this.#state.replaceChildren(
      icon(look.icon, look.icon === 'loading' ? 'codicon-modifier-spin' : ''),
      el('span', 'call-state-text', look.text),
    );
    attributes(this.element, { 'data-tool': call.name, 'data-state': call.state });
    this.element.className = `card call is-${call.state}${call.dropped ? ' dropped' : ''}`;
    attributes(this.element, {
      'aria-label': `${callTitle(call)}, ${look.text}${call.dropped ? `, ${say('dropped')}` : ''}`,
    });
    this.element.querySelector('.dropped-label')?.remove();
    if (call.dropped) this.#head.after(droppedLabel());
  }

  #toggle(): void {
    if (this.#call === undefined) return;
    const open = this.#body.hidden !== false;
    this.#context.folds.set(this.#call.id, open);
    this.#drawFold(this.#call, open, undefined);
  }

  /** The body is drawn only while it is open. */
  #drawFold(call: Call, open: boolean, old: Call | undefined): void {
    attributes(this.#head, { 'aria-expanded': this.#head.disabled ? undefined : String(open) });
    this.element.classList.toggle('open', open);
    const opened = open && this.#body.hidden !== false;
    setHidden(this.#body, !open);
    if (!open) return;
    if (opened || old === undefined || old.view !== call.view || isMiss(old) !== isMiss(call))
      this.#view.replaceChildren(...(call.view === undefined ? [] : [viewOf(call, call.view, this.#context)]));
    if (opened || old === undefined || old.paths !== call.paths) this.#drawPaths(call);
    this.#drawText(call);
  }

  #drawPaths(call: Call): void {
    const shown = call.paths.filter((path) => call.view?.kind !== 'diff' || call.view.path !== path);
    this.#paths.replaceChildren(
      ...shown.map((path) =>
        fileLink(path, say('openFile', path), () => this.#context.post({ type: 'open', path, line: undefined })),
      ),
    );
  }

  /** Shows the output while the call runs, then the result, which contains the output. */
  #drawText(call: Call): void {
    const over = isOver(call.state) && call.result !== '';
    const text = over ? call.result : call.output;
    const plainEdit = call.view?.kind === 'diff' && call.state === 'done' && !reportsTrouble(call.name, call.result);
    setHidden(this.#text, text === '' || plainEdit);
    if (text === '' || plainEdit) return;
    const label = over ? say('result') : say('liveOutput');
    if (this.#pane === undefined || this.#paneLabel !== label) {
      this.#pane = new TextPane(label);
      this.#paneLabel = label;
      this.#text.replaceChildren(over ? spoken(label) : el('div', 'pane-label', label), this.#pane.element);
    }
    this.#pane.update(text);
  }
}

/** An edit that failed: nothing changed, and its view has the text that was looked for. */
function isMiss({ name, state }: Call): boolean {
  return name === 'edit_file' && state === 'failed';
}

function viewOf(call: Call, view: NonNullable<Call['view']>, context: PanelContext): HTMLElement {
  if (!isMiss(call) || view.kind !== 'diff') return callView(view, context);
  const pane = new TextPane(say('lookedFor'));
  pane.update(visibleText(view.before));
  return el('div', '', el('div', 'pane-label', say('lookedFor')), pane.element);
}

function hasBody(call: Call): boolean {
  return call.view !== undefined || call.result !== '' || call.output !== '' || call.paths.length > 0;
}

function countsOf(view: Extract<NonNullable<Call['view']>, { kind: 'diff' }>): HTMLElement {
  const { added, removed } = changeSize(view);
  return changeCounts(added, removed);
}
