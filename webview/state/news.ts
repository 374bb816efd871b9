import type { CallState, Item } from '../../extension/chat/item.ts';
import { say, type PanelString } from '../strings.ts';
import { visibleLine } from '../visible-text.ts';
import type { PanelModel } from './panel-model.ts';
import { callTitle } from './wording.ts';

/** Something to tell users of a screen reader. */
export interface News {
  readonly text: string;
  readonly urgency: 'polite' | 'urgent';
}

/** Only the last items are compared; older ones do not change any more. */
const recentItems = 40;
const answerLength = 600;

const callEnds: Readonly<Partial<Record<CallState, PanelString>>> = {
  done: 'callDone',
  failed: 'callFailed',
  declined: 'callDeclined',
  cancelled: 'callCancelled',
};

/** What happened between two states of the panel, in words. Empty when another conversation was opened. */
export function newsBetween(before: PanelModel, after: PanelModel): readonly News[] {
  if (before.transcript !== after.transcript || before.state === undefined || after.state === undefined) return [];
  const news: News[] = [];
  if (before.items !== after.items) {
    const old = new Map(before.items.slice(-recentItems).map((item) => [item.id, item]));
    for (const item of after.items.slice(-recentItems)) {
      const was = old.get(item.id);
      if (was !== item) news.push(...itemNews(was, item));
    }
  }
  const known = new Set(before.state.approvals.map((approval) => approval.callId));
  for (const approval of after.state.approvals)
    if (!known.has(approval.callId))
      news.push({ text: say('approvalAnnounce', visibleLine(approval.title)), urgency: 'urgent' });
  if (before.state.running !== after.state.running)
    news.push({ text: after.state.running ? say('started') : endOf(after.items), urgency: 'polite' });
  return news;
}

function itemNews(was: Item | undefined, item: Item): readonly News[] {
  switch (item.kind) {
    case 'answer':
      return !item.streaming &&
        !item.dropped &&
        item.text !== '' &&
        (was === undefined || (was.kind === 'answer' && was.streaming))
        ? [{ text: item.text.slice(0, answerLength), urgency: 'polite' }]
        : [];
    case 'call': {
      const end = callEnds[item.state];
      return end !== undefined && !(was?.kind === 'call' && was.state === item.state)
        ? [{ text: `${callTitle(item)}, ${say(end)}`, urgency: 'polite' }]
        : [];
    }
    case 'question':
      return was === undefined && item.answer === undefined
        ? [{ text: `${say('question')}: ${item.question}`, urgency: 'urgent' }]
        : [];
    case 'notice':
      if (was !== undefined) return [];
      return [{ text: item.text, urgency: item.level === 'error' ? 'urgent' : 'polite' }];
    default:
      return [];
  }
}

function endOf(items: readonly Item[]): string {
  const last = items.findLast((item) => item.kind === 'turnEnd');
  return last?.kind === 'turnEnd' && last.outcome === 'stopped' ? say('stoppedAnnounce') : say('finished');
}
