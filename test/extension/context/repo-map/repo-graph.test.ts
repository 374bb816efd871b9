// Faked: the index, whose files count how often their definitions are read.
import { describe, expect, it } from 'vitest';
import { Column, Groups } from '../../../../extension/context/repo-map/columns.ts';
import { repoMap } from '../../../../extension/context/repo-map/repo-map.ts';
import { RepoGraph } from '../../../../extension/context/repo-map/repo-graph.ts';
import { sketchedFile } from '../../../support/extension/fake-index.ts';

describe('the graph of a large workspace', () => {
  const count = 500;
  const sources = () => {
    const reads = new Map<string, number>();
    const named = Array.from({ length: count }, (_, at) => {
      const name = `src/file${at}.ts`;
      const file = sketchedFile(name, {
        defines: [`Class${at}`, `Class${at}.run()`, `make${at}()`],
        uses: [`make${(at + 1) % count}`],
        imports: [`./file${(at + 1) % count}.ts`],
      });
      const { definitions, ...rest } = file;
      const source = {
        ...rest,
        get definitions() {
          reads.set(name, (reads.get(name) ?? 0) + 1);
          return definitions;
        },
      };
      return { name, source };
    });
    return { named, reads };
  };

  it('holds numbers for definitions, and reads them again only for the files that a map shows', async () => {
    const { named, reads } = sources();
    const graph = await RepoGraph.build(named, [], async () => undefined);
    expect([...reads.values()].every((times) => times === 1)).toBe(true);
    const bytes = Object.values(graph.definitions).reduce((sum, column) => sum + column.byteLength, 0);
    expect(bytes / (3 * count), 'for each definition').toBeLessThanOrEqual(17);
    reads.clear();
    const map = await repoMap(graph, {
      budget: 200,
      count: async (texts) => texts.map((text) => Math.ceil(text.length / 3)),
    });
    expect(map).toContain('export function make');
    expect(reads.size).toBeLessThan(count / 2);
  });
});

it('a column grows, and gives exactly what was added', () => {
  const column = new Column((length) => new Int32Array(length));
  for (let at = 0; at < 5000; at++) column.push(at);
  expect(column.length).toBe(5000);
  expect([...column.done()]).toEqual(Array.from({ length: 5000 }, (_, at) => at));
});

it('rows are grouped by key, in their order; an unknown key has none', () => {
  const groups = new Groups(Int32Array.of(2, 0, 2, 3), 4);
  expect([0, 1, 2, 3, 4, 99].map((key) => [...groups.of(key)])).toEqual([[1], [], [0, 2], [3], [], []]);
});
