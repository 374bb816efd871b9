import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import { translate } from '../translation.ts';
import type { Decision } from './approvals.ts';

/** Asks the user, and names files as the user knows them. */
export interface RestoreHost {
  decide(decision: Decision): Promise<string | undefined>;
  nameOf(absolute: string): string;
}

/**
 * Restores the files to before a turn. Those that the user has changed since are only overwritten if they say so.
 * Resolves with the names of the files that could not be put back as they were.
 */
export async function restoreFiles(
  checkpoints: TurnCheckpoints,
  conversation: string,
  turn: number,
  host: RestoreHost,
): Promise<readonly string[]> {
  const { conflicts, failed } = await checkpoints.restore(conversation, turn, []);
  const names = (files: readonly string[]): readonly string[] => files.map((file) => host.nameOf(file));
  if (conflicts.length === 0) return names(failed);
  const answer = await host.decide({
    title: translate('These files have changed since then. Overwrite them?'),
    details: names(conflicts),
    choices: { overwrite: translate('Overwrite'), keep: translate('Keep my changes') },
  });
  if (answer !== 'overwrite') return names(failed);
  return names((await checkpoints.restore(conversation, turn, conflicts)).failed);
}

/** The sentence that names files that could not be put back. */
export function notRestored(files: readonly string[]): string {
  return translate('These files could not be put back as they were: {0}', files.join(', '));
}
