import type { Item } from '../../../extension/chat/item.ts';
import { say } from '../../strings.ts';
import { attributes, el, icon, spoken } from '../element.ts';
import { badge } from '../small-parts.ts';

type Plan = Extract<Item, { kind: 'plan' }>;
type Status = Plan['steps'][number]['status'];

const looks: Readonly<
  Record<Status, { readonly icon: string; readonly text: 'stepPending' | 'stepActive' | 'stepDone' }>
> = {
  pending: { icon: 'circle-large-outline', text: 'stepPending' },
  active: { icon: 'arrow-circle-right', text: 'stepActive' },
  done: { icon: 'pass-filled', text: 'stepDone' },
};

/** The assistant's plan as a checklist. */
export class PlanCard {
  readonly element = attributes(el('article', 'card plan'), { 'aria-label': say('plan') });

  update(plan: Plan): void {
    const done = plan.steps.filter((step) => step.status === 'done').length;
    const head = el(
      'div',
      'card-head',
      icon('checklist'),
      el('span', 'card-title', say('plan')),
      attributes(badge(`${done}/${plan.steps.length}`), { 'aria-label': say('planProgress', done, plan.steps.length) }),
    );
    const steps = plan.steps.map((step) =>
      el(
        'li',
        `step is-${step.status}`,
        icon(looks[step.status].icon),
        el('span', 'step-text', step.text),
        spoken(`, ${say(looks[step.status].text)}`),
      ),
    );
    this.element.replaceChildren(head, el('ol', 'steps', ...steps));
  }
}
