import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ArchitectureList } from '../../native/daemon/gguf/check-architecture.ts';
import type { ReleaseFacts } from './release-facts.ts';

/** Read by native/daemon/gguf/check-architecture.ts. Relative to the root. */
const architectureFile = 'native/daemon/gguf/architectures.json';

export function listArchitectures(engine: ReleaseFacts, newest: ReleaseFacts): ArchitectureList {
  return {
    engine: engine.release,
    newest: newest.release,
    known: [...engine.architectures].sort(),
    newer: [...newest.architectures].filter((name) => !engine.architectures.has(name)).sort(),
  };
}

export function writeArchitectures(root: string, list: ArchitectureList): void {
  writeFileSync(path.join(root, architectureFile), `${JSON.stringify(list, undefined, 2)}\n`);
}
