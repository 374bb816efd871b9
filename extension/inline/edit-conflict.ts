import { Refusal } from '../rewrite/refusal.ts';
import { translate } from '../translation.ts';
import type { Span } from '../rewrite/edit-target.ts';
import type { InlineSession } from './inline-session.ts';

/** What of a chat decides whether it is in another one's way. */
export type Neighbour = Pick<InlineSession, 'uri' | 'phase' | 'original' | 'span'>;

/**
 * Why a part of a document may not be written now. Two models that write into one document at the same time would share
 * steps of its undo, so they write one after the other; proposals in different parts of it may wait side by side.
 */
export function conflictWith(others: readonly Neighbour[], uri: string, span: Span): Refusal | undefined {
  const open = others.filter((other) => other.uri === uri && other.original !== undefined);
  if (open.some(({ phase }) => phase === 'working'))
    return new Refusal(translate('Another inline edit is being written in this file. Wait for it, or stop it.'));
  if (open.some((other) => other.span.from <= span.to && other.span.to >= span.from))
    return new Refusal(translate('There is a proposed change here already. Accept or reject it first.'));
  return undefined;
}
