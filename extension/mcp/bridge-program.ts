import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from '../../native/local/private-file.ts';

/** The bridge where it outlasts updates of the extension, whose folder changes: clients are told of it once. */
export class BridgeProgram {
  readonly #source: string;
  /** Where clients start it. */
  readonly file: string;

  /** `source`: the bundle. `folder`: of the extension's own files, the same for all versions. */
  constructor(source: string, folder: string) {
    this.#source = source;
    this.file = path.join(folder, path.basename(source));
  }

  /** Puts this version there. Throws Node's error. */
  readonly install = (): void => {
    const text = readFileSync(this.#source, 'utf8');
    if (existsSync(this.file) && readFileSync(this.file, 'utf8') === text) return;
    mkdirSync(path.dirname(this.file), { recursive: true });
    writePrivateFile(this.file, text);
  };
}
