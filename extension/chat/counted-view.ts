import { countLines, hunks } from '../edits/hunks.ts';
import { withEol } from '../edits/least-edit.ts';
import type { CallView } from './item.ts';

/** Longer texts are shown without what is equal at their beginning and end; of the rest only so much. In characters. */
const wholeMax = 400_000;
const partMax = 1 << 20;
const contextLines = 3;

/** The view of a call with the counts that the review shows too. Of a change of long texts it holds what differs. */
export function countedView(view: CallView | undefined): CallView | undefined {
  if (view?.kind !== 'diff') return view;
  const isLong = view.before.length + view.after.length > wholeMax;
  const [before, after, line] = isLong
    ? differingPart(view.before, view.after)
    : ([view.before, view.after, undefined] as const);
  const counts = countLines(hunks(withEol(before, '\n'), withEol(after, '\n')));
  if (line === undefined) return { ...view, ...counts };
  return { ...view, before: before.slice(0, partMax), after: after.slice(0, partMax), ...counts, line };
}

/** The lines between the equal beginning and the equal end, with a few around them, and the number of the first. */
function differingPart(before: string, after: string): readonly [before: string, after: string, line: number] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  let from = head;
  for (let lines = 0; lines <= contextLines && from > 0; lines++) from = before.lastIndexOf('\n', from - 1);
  if (from !== 0) from++;
  // From the middle of the last differing line to the end of the last line shown.
  let rest = before.length - tail;
  for (let lines = 0; lines <= contextLines && rest < before.length && rest >= 0; lines++)
    rest = before.indexOf('\n', rest) + 1 || before.length;
  const left = before.length - rest;
  const line = before.slice(0, from).split('\n').length;
  return [before.slice(from, rest), after.slice(from, after.length - left), line];
}
