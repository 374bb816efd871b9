import type { Approval } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
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
    const { callId, rule } = approval;
    const { post } = this.#context;
    const words = el(
      'div',
      'approval-words',
      el('div', 'approval-label', say('approvalNeeded')),
      el('div', 'approval-title', approval.title),
    );
    const head = el(
      'div',
      'approval-head',
      icon('shield'),
      words,
      count > 1 ? attributes(badge(say('approvalOf', 1, count)), { title: say('approvalNeeded') }) : undefined,
    );
    const buttons = attributes(
      el(
        'div',
        'buttons',
        button({
          label: say('allowOnce'),
          look: 'primary',
          press: () => post({ type: 'approve', callId, scope: 'once' }),
        }),
        button({ label: say('decline'), look: 'secondary', press: () => post({ type: 'decline', callId }) }),
        button({
          label: say('allowSession'),
          look: 'secondary',
          press: () => post({ type: 'approve', callId, scope: 'session' }),
        }),
        rule === undefined
          ? undefined
          : button({
              label: say('allowAlways', rule),
              look: 'secondary',
              press: () => post({ type: 'approve', callId, scope: 'rule' }),
            }),
      ),
      { role: 'toolbar', 'aria-label': say('approvalNeeded') },
    );
    this.element.replaceChildren(
      head,
      ...(approval.view === undefined ? [] : [el('div', 'approval-view', callView(approval.view, this.#context))]),
      buttons,
    );
  }
}
