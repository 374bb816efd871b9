import path from 'node:path';
import type { NativeModel } from '../../../native/addon/contract.ts';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../native/daemon/backend/library-locations.ts';

/** The embedded model in the real addon, for its tokenizer, vocabulary and chat template. */
export async function loadNanoVocabulary(): Promise<NativeModel> {
  const addon = loadAddon();
  const folder = findLibraries('cpu');
  if (folder === undefined) throw new Error('the llama.cpp libraries of this platform are not installed');
  addon.openLibraries(folder, 'cpu');
  addon.onLog(() => undefined);
  const file = path.join(import.meta.dirname, '../../../native/models/nano.gguf');
  return addon.loadModel({ path: file, gpuLayers: 0 }, () => undefined).model;
}
