import type { Approval } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
import { visibleLine } from '../visible-text.ts';
import { button } from './button.ts';
import { callView } from './transcript/call-view.ts';
import { attributes, el, icon, setHidden } from './element.ts';
import { badge } from './small-parts.ts';

/**
 * Asks whether a call may run and shows exactly what it would do. Never focuses a button by itself: a key that the user
 * is about to press must not allow anything.
 */
export class ApprovalBar {
  readonly element = attributes(el('section', 'approval'), {
    'aria-label': say('approvalNeeded'),
    tabindex: -1,
    hidden: true,
  });
  readonly #context: PanelContext;
  readonly #focusComposer: () => void;
  #shown: Approval | undefined;
  #count = 0;

  constructor(context: PanelContext, focusComposer: () => void) {
    this.#context = context;
    this.#focusComposer = focusComposer;
  }

  update(approvals: readonly Approval[]): void {
    const first = approvals[0];
    if (first?.callId === this.#shown?.callId && approvals.length === this.#count) return;
    const had = this.element.contains(document.activeElement);
    const idle = document.activeElement === null || document.activeElement === document.body;
    const fresh = first?.callId !== this.#shown?.callId;
    this.#shown = first;
    this.#count = approvals.length;
    setHidden(this.element, first === undefined);
    if (first === undefined) {
      this.element.replaceChildren();
      if (had) this.#focusComposer();
      return;
    }
    this.#draw(first, approvals.length);
    if (fresh && (had || idle)) this.element.focus();
  }

  #draw(approval: Approval, count: number): void {
    const label = say(approval.choices === undefined ? 'approvalNeeded' : 'decisionNeeded');
    const words = el(
      'div',
      'approval-words',
      el('div', 'approval-label', label),
      el('div', 'approval-title', visibleLine(approval.title)),
    );
    const head = el(
      'div',
      'approval-head',
      icon(approval.choices === undefined ? 'shield' : 'question'),
      words,
      count > 1 ? attributes(badge(say('approvalOf', 1, count)), { title: label }) : undefined,
    );
    attributes(this.element, { 'aria-label': label });
    const buttons = attributes(el('div', 'buttons', ...this.#buttons(approval)), {
      role: 'toolbar',
      'aria-label': label,
    });
    this.element.replaceChildren(
      head,
      ...(approval.view === undefined ? [] : [el('div', 'approval-view', callView(approval.view, this.#context))]),
      buttons,
    );
  }

  #buttons({ callId, rule, choices }: Approval): (HTMLElement | undefined)[] {
    const choose = (choice: string) => (): void => this.#context.post({ type: 'choose', callId, choice });
    if (choices !== undefined)
      return choices.map(({ id, label }) => button({ label, look: 'secondary', press: choose(id) }));
    return [
      button({ label: say('allowOnce'), look: 'primary', press: choose('once') }),
      button({ label: say('decline'), look: 'secondary', press: choose('decline') }),
      button({ label: say('allowSession'), look: 'secondary', press: choose('session') }),
      rule === undefined
        ? undefined
        : button({ label: say('allowAlways', rule), look: 'secondary', press: choose('rule') }),
    ];
  }
}
