import { describe, expect, it } from 'vitest';
import { pageRank } from '../../../../extension/context/repo-map/page-rank.ts';

const graph = (nodes: number, edges: readonly (readonly [number, number, number])[]) => ({
  nodes,
  from: edges.map(([from]) => from),
  to: edges.map(([, to]) => to),
  weight: edges.map(([, , weight]) => weight),
});
const sum = (ranks: Float64Array) => ranks.reduce((total, rank) => total + rank, 0);

describe('PageRank', () => {
  it('gives the ranks that are known for a small graph', async () => {
    // 0 -> 1, 0 -> 2, 1 -> 2, 2 -> 0, 3 -> 2: solved by hand (Langville and Meyer's example, damping 0.85).
    const ranks = await pageRank(
      graph(4, [
        [0, 1, 1],
        [0, 2, 1],
        [1, 2, 1],
        [2, 0, 1],
        [3, 2, 1],
      ]),
      [1, 1, 1, 1],
    );
    expect([...ranks].map((rank) => Number(rank.toFixed(3)))).toEqual([0.373, 0.196, 0.394, 0.038]);
    expect(sum(ranks)).toBeCloseTo(1, 9);
  });

  it('follows heavier edges more often, and starts anew where it is told', async () => {
    const edges = [
      [0, 1, 3],
      [0, 2, 1],
    ] as const;
    const ranks = await pageRank(graph(3, edges), [1, 0, 0]);
    expect((ranks[1] as number) / (ranks[2] as number)).toBeCloseTo(3, 3);
    const personal = await pageRank(
      graph(4, [
        [0, 1, 1],
        [2, 3, 1],
      ]),
      [1, 0, 0, 0],
    );
    expect([personal[2], personal[3]]).toEqual([0, 0]);
    expect(sum(personal)).toBeCloseTo(1, 9);
  });

  it('keeps all rank in a graph without edges', async () => {
    expect([...(await pageRank(graph(2, []), [3, 1]))]).toEqual([0.75, 0.25]);
  });
});
