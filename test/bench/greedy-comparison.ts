import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Side, Step } from './sides.ts';

/** Where the best token is ahead by less (in log probability), either side may be right: see engine-traces.test.ts. */
const closeMargin = 0.2;

export interface GreedyComparison {
  readonly replies: number;
  readonly equal: number;
  /** Steps that were compared: up to the first whose margin is close, in all replies. */
  readonly steps: number;
}

/** Lets both continue the recorded prompts greedily, and compares token by token up to the first close decision. */
export async function compareGreedy(root: string, ours: Side, theirs: Side): Promise<GreedyComparison> {
  const folder = path.join(root, 'test/fixtures/traces');
  const traces = readdirSync(folder).map(
    (name) =>
      JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
        readonly prompt: readonly number[];
        readonly tokens: readonly number[];
      },
  );
  let equal = 0;
  let steps = 0;
  for (const { prompt, tokens } of traces) {
    const expected = await theirs.greedy(prompt, tokens.length);
    const compared = comparable(expected);
    const said = await ours.greedy(prompt, tokens.length);
    steps += compared;
    if (expected.slice(0, compared).every((step, at) => step.text === said[at]?.text)) equal++;
  }
  return { replies: traces.length, equal, steps };
}

function comparable(steps: readonly Step[]): number {
  const close = steps.findIndex((step) => step.margin < closeMargin);
  return close < 0 ? steps.length : close;
}
