import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listArchitectures, writeArchitectures } from './architecture-list.ts';
import { writePin, type EnginePin } from './pins.ts';
import { compareReleases } from './release-changes.ts';
import { readReleaseFacts } from './release-facts.ts';
import { reportLines, type TrialResult } from './report.ts';
import { probeTemplate } from './template-probe.ts';
import { tryRelease } from './trial-tree.ts';

export { factPaths } from './release-facts.ts';

/** A release to compare: its name and the folder with its sources. */
export interface ReleaseSource {
  readonly release: string;
  readonly folder: string;
}

export interface EngineUpdate {
  readonly root: string;
  readonly pinned: ReleaseSource;
  readonly candidate: ReleaseSource;
  readonly pin: EnginePin;
  /** Packages with libraries that the project needs and npm does not have in this release. */
  readonly missing: readonly string[];
  /** How to try the candidate; undefined: compare only. */
  readonly trial:
    { readonly folder: string; readonly libraries: { readonly name: string; readonly folder: string } } | undefined;
  /** Write the list of architectures. */
  readonly record: boolean;
  /** Move the pin, if nothing failed. */
  readonly apply: boolean;
  readonly print: (line: string) => void;
}

/**
 * Compares a release of the engine with the pinned one, tries it and prints what to do. Returns whether nothing failed.
 * Changes the project only as `record` and `apply` say.
 */
export function updateEngine(update: EngineUpdate): boolean {
  const { root, pinned, candidate, pin, missing, trial, record, apply, print } = update;
  const [before, after] = [pinned, candidate].map(({ release, folder }) => readReleaseFacts(release, folder));
  if (before === undefined || after === undefined) return false;
  const changes = compareReleases(before, after, addonSource(root));
  const probes = [...changes.templates.added, ...changes.templates.changed].map((name) =>
    probeTemplate(name, after.templates.get(name) ?? ''),
  );
  const architectures = listArchitectures(after, after);
  const result = trial && tryRelease({ root, pin, architectures, source: candidate.folder, ...trial, print });
  for (const line of reportLines(changes, probes, missing, result)) print(line);
  const ok = missing.length === 0 && passes(result);
  if (record && !apply) writeArchitectures(root, listArchitectures(before, after));
  if (apply && ok) {
    writePin(root, pin);
    writeArchitectures(root, architectures);
  }
  return ok;
}

function passes(result: TrialResult | undefined): boolean {
  return result === undefined || (result.buildFailure === undefined && result.failed.length === 0);
}

function addonSource(root: string): string {
  const folder = path.join(root, 'native/addon');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cpp|h)$/.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}
