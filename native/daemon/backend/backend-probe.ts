// Runs as a separate process, `node probe.js VARIANT`: opens the libraries of the variant and prints the devices they
// see. Opening them may abort or hang, so the daemon does not do it itself.
import type { LibraryVariant, NativeDevice } from '../../addon/contract.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import { loadAddon } from './addon-loader.ts';
import type { ProbeAnswer } from './child-probe.ts';
import { findLibraries, variantsOf } from './library-locations.ts';

function answer(variant: string): ProbeAnswer {
  try {
    const known = variantsOf().find((name) => name === variant);
    if (known === undefined)
      throw new CodedError('option.invalid', `Expected a backend of this platform but received ${variant}.`);
    return { kind: 'devices', devices: openVariant(known) };
  } catch (error) {
    const { code, message } = toCodedError(error);
    return { kind: 'error', code, message };
  }
}

function openVariant(variant: LibraryVariant): readonly NativeDevice[] {
  const directory = findLibraries(variant);
  if (directory === undefined)
    throw new CodedError('library.missing', `The libraries for ${variant} are not installed.`);
  return loadAddon().openLibraries(directory, variant).devices;
}

process.stdout.write(`${JSON.stringify(answer(process.argv[2] ?? ''))}\n`);
