import { lineDiff, type DiffGap, type DiffLine } from '../../line-diff.ts';
import type { CallView } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { visibleText } from '../../visible-text.ts';
import { attributes, el, spoken } from '../element.ts';
import { fileLink } from '../small-parts.ts';

type Change = Extract<CallView, { kind: 'diff' }>;

const signs = { added: '+', removed: '\u2212', same: ' ' } as const;
const kept = new WeakMap<Change, ReturnType<typeof lineDiff>>();

/** Number of lines that a change adds and removes. Computed once per change. */
export function changeSize(change: Change): { readonly added: number; readonly removed: number } {
  return diffOf(change);
}

/** `+3 -1` in colours, explained on hover. */
export function changeCounts(added: number, removed: number): HTMLElement {
  return el(
    'span',
    'counts',
    attributes(el('span', 'count-added', `+${added}`), { title: say('lineAdded') }),
    ' ',
    attributes(el('span', 'count-removed', `\u2212${removed}`), { title: say('lineRemoved') }),
  );
}

/** A file's change as added and removed lines. */
export function diffView(change: Change, context: PanelContext): HTMLElement {
  const diff = diffOf(change);
  const open = fileLink(change.path, say('openFile', change.path), () =>
    context.post({ type: 'open', path: change.path, line: firstLine(diff.rows) }),
  );
  const note =
    change.before === '' && change.after !== ''
      ? say('diffNew')
      : change.after === '' && change.before !== ''
        ? say('diffDeleted')
        : undefined;
  const head = el(
    'div',
    'diff-head',
    open,
    note === undefined ? undefined : el('span', 'diff-note', note),
    changeCounts(diff.added, diff.removed),
  );
  const body = attributes(el('div', 'diff-body', ...diff.rows.map(lineElement)), {
    tabindex: 0,
    role: 'region',
    'aria-label': say('diffLabel', change.path, diff.added, diff.removed),
  });
  if (diff.rows.length === 0) body.append(el('div', 'diff-gap', say('diffNone')));
  if (diff.hidden > 0) body.append(el('div', 'diff-gap', say('diffMore', diff.hidden)));
  return el('div', 'diff', head, body);
}

function diffOf(change: Change): ReturnType<typeof lineDiff> {
  const old = kept.get(change);
  if (old !== undefined) return old;
  const found = lineDiff(change.before, change.after, change.line);
  const diff = { ...found, added: change.added ?? found.added, removed: change.removed ?? found.removed };
  kept.set(change, diff);
  return diff;
}

function lineElement(row: DiffLine | DiffGap): HTMLElement {
  if (row.kind === 'gap')
    return el('div', 'diff-gap', row.lines === 1 ? say('diffSameOne') : say('diffSame', row.lines));
  const number = attributes(el('span', 'diff-number', String(row.after ?? row.before ?? '')), {
    'aria-hidden': 'true',
  });
  const sign = attributes(el('span', 'diff-sign', signs[row.kind]), { 'aria-hidden': 'true' });
  const change = row.kind === 'added' ? say('lineAdded') : say('lineRemoved');
  const word = row.kind === 'same' ? undefined : spoken(`${change}: `);
  return el(
    'div',
    `diff-line ${row.kind}`,
    number,
    sign,
    word,
    el('code', 'diff-text', row.text === '' ? '\u200b' : visibleText(row.text)),
  );
}

function firstLine(rows: readonly (DiffLine | DiffGap)[]): number | undefined {
  const changed = rows.find((row) => row.kind === 'added') ?? rows.find((row) => row.kind === 'removed');
  return changed === undefined || changed.kind === 'gap' ? undefined : (changed.after ?? changed.before);
}
