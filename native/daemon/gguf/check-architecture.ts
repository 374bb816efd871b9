import { CodedError } from '../../protocol/coded-error.ts';
import written from './architectures.json' with { type: 'json' };

/** What architectures.json holds. `npm run engine:update` writes it from llama.cpp's sources. */
export interface ArchitectureList {
  /** The release of llama.cpp that the engine is, and the architectures that it knows. */
  readonly engine: string;
  readonly known: readonly string[];
  /** The newest release that was examined, and what it knows beyond these. */
  readonly newest: string;
  readonly newer: readonly string[];
}

/**
 * Refuses a model whose architecture the engine does not know, before anything of it is downloaded or loaded. Throws
 * model.unsupported with one sentence that says which release knows it, where one is known to.
 */
export function checkArchitecture(file: string, architecture: string, list: ArchitectureList = written): void {
  if (list.known.includes(architecture)) return;
  throw new CodedError('model.unsupported', `${file} ${reason(architecture, list)}, or take another model.`);
}

function reason(architecture: string, { engine, newest, newer }: ArchitectureList): string {
  const ours = `this engine is llama.cpp ${engine}`;
  if (newer.includes(architecture))
    return `needs llama.cpp ${newest} for its architecture ${architecture}, and ${ours}; update Moonwright`;
  const others = newest === engine ? '' : ` (nor does ${newest}, the newest that was examined)`;
  const problem = `has the architecture ${architecture}, and ${ours}, which does not know it${others}`;
  return `${problem}; look for an update of Moonwright`;
}
