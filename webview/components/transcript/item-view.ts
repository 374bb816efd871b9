import type { PanelContext } from '../../panel-context.ts';
import type { Row } from '../../state/rows.ts';
import { Answer } from './answer.ts';
import { CallCard } from './call-card.ts';
import { startsOpen } from './call-look.ts';
import { Notice } from './notice.ts';
import { PlanCard } from './plan-card.ts';
import { QuestionCard } from './question-card.ts';
import { TurnFooter } from './turn-footer.ts';
import { UserMessage } from './user-message.ts';

/** Draws one row. Created when the row comes into view, and updated while it stays there. */
export interface RowView {
  readonly element: HTMLElement;
  update(row: Row): void;
}

/** Creates the view for a row's kind of item. */
export function itemView(row: Row, context: PanelContext, isLastTurn: (turn: number) => boolean): RowView {
  switch (row.item.kind) {
    case 'user':
      return forKind('user', new UserMessage(context));
    case 'answer':
      return new Answer(context);
    case 'call':
      return forKind('call', new CallCard(context));
    case 'notice':
      return forKind('notice', new Notice(context));
    case 'plan':
      return forKind('plan', new PlanCard());
    case 'question':
      return forKind('question', new QuestionCard(context));
    case 'turnEnd':
      return forKind('turnEnd', new TurnFooter(context, isLastTurn));
  }
}

/** Likely height of a row in pixels, before it is drawn. */
export function estimatedHeight(row: Row): number {
  const { item, part } = row;
  switch (item.kind) {
    case 'user':
      return 48 + Math.min(12, Math.ceil(item.text.length / 60)) * 18;
    case 'answer':
      return 16 + Math.ceil((part?.text.length ?? 0) / 45) * 19 + (item.reasoning === '' ? 0 : 28);
    case 'call':
      return item.view?.kind === 'diff' && startsOpen(item) ? 160 : 40;
    case 'notice':
      return 44;
    case 'plan':
      return 44 + item.steps.length * 24;
    case 'question':
      return 110;
    case 'turnEnd':
      return item.files.length === 0 ? 34 : 64;
  }
}

function forKind<K extends Row['item']['kind']>(
  kind: K,
  view: { readonly element: HTMLElement; update(item: Extract<Row['item'], { kind: K }>): void },
): RowView {
  return {
    element: view.element,
    update: (row) => {
      if (row.item.kind === kind) view.update(row.item as Extract<Row['item'], { kind: K }>);
    },
  };
}
