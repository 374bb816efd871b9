import path from 'node:path';
import { loadAddon } from '../../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../../native/daemon/backend/library-locations.ts';
import { type SchemaCase, readSchemaCases } from './schema-cases.ts';
import { judge, type Judged } from './schema-judge.ts';

interface Row {
  schemas: number;
  right: number;
  refuses: number;
  admits: number;
  both: number;
  'no grammar': number;
}

/** Holds grammars of the schemas in a folder against their tests and prints what goes wrong, and how much. */
export async function compareSchemas(folder: string, root: string, only: string, every: number): Promise<void> {
  const libraries = findLibraries('cpu');
  if (libraries === undefined) throw new Error('There are no libraries of llama.cpp for this platform.');
  const addon = loadAddon();
  addon.openLibraries(libraries, 'cpu');
  const nano = path.join(root, 'native/models/nano.gguf');
  const model = await addon.loadModel({ path: nano, gpuLayers: 0 }, () => undefined).model;
  const rows = new Map<string, Row>();
  const times: { readonly name: string; readonly milliseconds: number }[] = [];
  try {
    for (const one of readSchemaCases(folder, only, every)) {
      const judged = await judge(model, one);
      times.push(judged);
      for (const key of [groupOf(one), 'all']) count(rows, key, judged);
      if (judged.outcome !== 'right') console.log(`${judged.outcome}: ${judged.name}: ${judged.reason.slice(0, 400)}`);
    }
  } finally {
    await model.close();
  }
  printRows(rows);
  printTimes(times);
}

/** MaskBench names its files for where they are from. */
function groupOf({ name }: SchemaCase): string {
  return name.split(/---|_\d|\.json/)[0] ?? name;
}

function count(rows: Map<string, Row>, key: string, { outcome }: Judged): void {
  const row = rows.get(key) ?? {
    schemas: 0,
    right: 0,
    refuses: 0,
    admits: 0,
    both: 0,
    'no grammar': 0,
  };
  row.schemas += 1;
  row[outcome] += 1;
  rows.set(key, row);
}

function printRows(rows: ReadonlyMap<string, Row>): void {
  const columns = ['schemas', 'right', 'refuses', 'admits', 'both', 'no grammar'] as const;
  console.log(`\n| | ${columns.join(' | ')} | right % |\n|${'---|'.repeat(columns.length + 2)}`);
  for (const [key, row] of rows) {
    const share = ((100 * row.right) / row.schemas).toFixed(1);
    console.log(`| ${key} | ${columns.map((column) => row[column]).join(' | ')} | ${share} |`);
  }
}

function printTimes(times: { readonly name: string; readonly milliseconds: number }[]): void {
  times.sort((a, b) => a.milliseconds - b.milliseconds);
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))]?.milliseconds ?? 0).toFixed(1);
  console.log(`\nMilliseconds to a grammar: median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)}.`);
  for (const { name, milliseconds } of times.slice(-5)) console.log(`  ${name}: ${milliseconds.toFixed(1)}`);
}
