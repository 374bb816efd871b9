import { isTaught } from '../context/first-look.ts';
import type { Item, Trouble } from './item.ts';

const editTools: ReadonlySet<string> = new Set(['edit_file', 'write_file', 'rename_symbol']);
/** Edits that fail one after the other until it is said. */
const failedMax = 2;

/** The trouble of a small model with the last turn, or with the workspace before one. `language`: the workspace's. */
export function troubleOf(items: readonly Item[], language: string | undefined): Trouble | undefined {
  const start = items.findLastIndex((item) => item.kind === 'user' && !item.queued);
  const turn = items.slice(start + 1);
  const end = turn.findLast((item) => item.kind === 'turnEnd');
  if (end?.kind === 'turnEnd' && end.outcome === 'limit' && end.state !== 'undone') return 'limit';
  if (failedEdits(turn) >= failedMax) return 'edits';
  return isTaught(language) ? undefined : 'language';
}

/** Failed edits since the last one that worked. */
function failedEdits(items: readonly Item[]): number {
  let failed = 0;
  for (const item of items) {
    if (item.kind !== 'call' || item.dropped || !editTools.has(item.name)) continue;
    if (item.state === 'done') failed = 0;
    else if (item.state === 'failed') failed++;
  }
  return failed;
}
