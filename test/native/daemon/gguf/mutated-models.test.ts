// Real: a daemon process that loads each model and computes a first token.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';
import { casesOf, firstSeed, limitOfCases } from '../../../support/case-counts.ts';
import { DaemonUnderAttack } from '../../../support/daemon/daemon-under-attack.ts';
import { ModelMutator } from '../../../support/models/mutated-models.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Changes that once ended in an error nobody understands: a vocabulary without tokens for single bytes. */
const onceUnclear = [81, 547];

async function firstTokens(client: RpcClient, model: string): Promise<string> {
  await client.request('model.load', { model, contextTokens: 512, threads: 1 });
  const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'Hi there' }] });
  const { ids } = await client.request('session.generate', { session, options: { maxTokens: 2 } });
  await client.request('session.close', { session });
  return `loaded, ${ids.length > 0 ? 'speaks' : 'says nothing'}`;
}

it(
  'a changed model is loaded or refused with a code: the daemon neither ends nor hangs',
  async () => {
    const folder = temporaryFolder();
    const mutator = await ModelMutator.open();
    await using attacked = new DaemonUnderAttack();
    const load = async (name: string, bytes: Buffer): Promise<{ held: boolean; what: string }> => {
      const file = path.join(folder, `${name}.gguf`);
      writeFileSync(file, bytes);
      const outcome = await attacked.outcome((client) => firstTokens(client, file));
      rmSync(file);
      return outcome;
    };
    for (const [at, { bytes }] of mutator.whole().entries())
      expect(await load(`whole-${at}`, bytes)).toEqual({ held: true, what: 'loaded, speaks' });
    const tally = new Map<string, number>();
    const missed: string[] = [];
    const others = Array.from({ length: casesOf('mutated models') }, (_, at) => firstSeed + at);
    for (const seed of [...onceUnclear, ...others]) {
      const { bytes, change } = mutator.mutant(seed);
      const { held, what } = await load(`mutant-${seed}`, bytes);
      if (!held) missed.push(`MOONWRIGHT_SEED=${seed} ${change}: ${what}`);
      const kind = held ? what : 'missed';
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
    }
    expect(missed, JSON.stringify([...tally])).toEqual([]);
    expect(tally.size, 'some are loaded, some refused').toBeGreaterThan(1);
  },
  limitOfCases(120_000),
);
