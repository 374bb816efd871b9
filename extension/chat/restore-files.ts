import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import { translate } from '../translation.ts';
import type { Decision } from './approvals.ts';

/** Asks the user, and names files as the user knows them. */
export interface RestoreHost {
  decide(decision: Decision): Promise<string | undefined>;
  nameOf(absolute: string): string;
}

/** Restores the files to before a turn. Those that the user has changed since are only overwritten if they say so. */
export async function restoreFiles(
  checkpoints: TurnCheckpoints,
  conversation: string,
  turn: number,
  host: RestoreHost,
): Promise<void> {
  const { conflicts } = await checkpoints.restore(conversation, turn, []);
  if (conflicts.length === 0) return;
  const answer = await host.decide({
    title: translate('These files have changed since then. Overwrite them?'),
    details: conflicts.map((file) => host.nameOf(file)),
    choices: { overwrite: translate('Overwrite'), keep: translate('Keep my changes') },
  });
  if (answer === 'overwrite') await checkpoints.restore(conversation, turn, conflicts);
}
