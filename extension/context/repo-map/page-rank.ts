/** A weighted, directed graph as parallel columns: edge `n` leads from `from[n]` to `to[n]`. Weights are positive. */
export interface WeightedGraph {
  readonly nodes: number;
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

const damping = 0.85;
const roundsMax = 40;
/** Stops when the ranks of all nodes together change less than this: their order is settled then. */
const change = 1e-4;

/**
 * PageRank by power iteration (Page, Brin et al. 1999), personalised: a walker follows edges by their weight and now
 * and then restarts at a node chosen by `start`. Nodes without edges pass their rank on to `start` too.
 * `start` has a weight of at least 0 for each node, at least one above 0. Returns ranks that sum to 1.
 * `pause` is called after each look at all edges, to yield to other work.
 */
export async function pageRank(
  graph: WeightedGraph,
  start: ArrayLike<number>,
  pause: () => Promise<void> = async () => undefined,
): Promise<Float64Array> {
  const { nodes, from, to, weight } = graph;
  const out = new Float64Array(nodes);
  for (let edge = 0; edge < from.length; edge++)
    out[from[edge] as number] = (out[from[edge] as number] as number) + (weight[edge] as number);
  await pause();
  /** The share of its source's rank that each edge passes on. */
  const part = new Float64Array(from.length);
  for (let edge = 0; edge < from.length; edge++)
    part[edge] = (damping * (weight[edge] as number)) / (out[from[edge] as number] as number);
  await pause();
  let total = 0;
  for (let node = 0; node < nodes; node++) total += start[node] as number;
  const home = Float64Array.from(start, (value) => value / total);
  let rank = home.slice();
  for (let round = 0; round < roundsMax; round++) {
    const next = new Float64Array(nodes);
    let idle = 0;
    for (let node = 0; node < nodes; node++) if (out[node] === 0) idle += rank[node] as number;
    for (let edge = 0; edge < from.length; edge++) {
      const target = to[edge] as number;
      next[target] = (next[target] as number) + (rank[from[edge] as number] as number) * (part[edge] as number);
    }
    let moved = 0;
    for (let node = 0; node < nodes; node++) {
      next[node] = (next[node] as number) + (1 - damping + damping * idle) * (home[node] as number);
      moved += Math.abs((next[node] as number) - (rank[node] as number));
    }
    rank = next;
    await pause();
    if (moved < change) break;
  }
  return rank;
}
