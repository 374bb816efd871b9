import type { MentionCost } from '../../messages.ts';
import { shortCount } from '../../state/wording.ts';
import { say } from '../../strings.ts';
import { attributes, el, icon, setHidden } from '../element.ts';
import { mentionIcons, mentionKind } from './mention-look.ts';

/** The mentions in the draft, each with the tokens it adds. */
export class MentionCosts {
  readonly element = attributes(el('ul', 'mention-costs'), { 'aria-label': say('mentionsAdded'), hidden: true });
  #shown: readonly MentionCost[] = [];

  update(mentions: readonly MentionCost[]): void {
    if (mentions === this.#shown || JSON.stringify(mentions) === JSON.stringify(this.#shown)) return;
    this.#shown = mentions;
    this.element.replaceChildren(...mentions.map(entry));
    setHidden(this.element, mentions.length === 0);
  }
}

function entry({ kind, label, tokens, asks }: MentionCost): HTMLElement {
  const words = asks
    ? say('mentionAsks', label, mentionKind(kind))
    : tokens === 0
      ? say('mentionPath', label, mentionKind(kind))
      : say('mentionTokens', label, mentionKind(kind), tokens);
  const cost = asks
    ? icon('lock', 'mention-cost-mark')
    : tokens === 0
      ? undefined
      : el('span', 'mention-cost-tokens', `+ ${shortCount(tokens)}`);
  return attributes(
    el(
      'li',
      `mention-cost${asks ? ' asks' : ''}`,
      icon(mentionIcons[kind]),
      el('span', 'mention-cost-label', label),
      cost,
    ),
    { title: words, 'aria-label': words },
  );
}
