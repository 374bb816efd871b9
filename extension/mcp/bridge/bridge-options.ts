import path from 'node:path';
import { parseArgs } from 'node:util';

export interface BridgeOptions {
  readonly stateDirectory: string;
  /** Absolute: its window's tools are meant. */
  readonly folder: string;
}

/** Reads the command line. Throws an Error that says what is wrong with it. */
export function readBridgeOptions(
  args: readonly string[],
  defaults: { readonly stateDirectory: string; readonly folder: string },
): BridgeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { 'state-dir': { type: 'string' }, folder: { type: 'string' } },
  });
  return {
    stateDirectory: path.resolve(values['state-dir'] ?? defaults.stateDirectory),
    folder: path.resolve(values.folder ?? defaults.folder),
  };
}
