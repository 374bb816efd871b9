import { Refusal } from '../rewrite/refusal.ts';
import { translate } from '../translation.ts';
import type { Span } from '../workspace/span.ts';
import type { InlineSession } from './inline-session.ts';

/** Facts that decide whether another chat is in the way. */
export type Neighbour = Pick<InlineSession, 'uri' | 'phase' | 'original' | 'span'>;

/**
 * Why a span of a document must not be written now; undefined if it may be. Two models writing into one document at the
 * same time would share undo steps, so they write one after the other. Proposals in different places may wait side by
 * side.
 */
export function conflictWith(others: readonly Neighbour[], uri: string, span: Span): Refusal | undefined {
  const open = others.filter((other) => other.uri === uri && other.original !== undefined);
  if (open.some(({ phase }) => phase === 'working'))
    return new Refusal(translate('Another inline edit is being written in this file. Wait for it, or stop it.'));
  if (open.some((other) => other.span.from <= span.to && other.span.to >= span.from))
    return new Refusal(translate('There is already a proposed change here. Accept or reject it first.'));
  return undefined;
}
