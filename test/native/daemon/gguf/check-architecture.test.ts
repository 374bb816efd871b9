import { expect, it } from 'vitest';
import { checkArchitecture } from '../../../../native/daemon/gguf/check-architecture.ts';

const list = { engine: '0.4.0', newest: '0.5.0', known: ['llama', 'qwen3'], newer: ['maple'] };

it('takes what the engine knows', () => {
  expect(() => checkArchitecture('a.gguf', 'qwen3', list)).not.toThrow();
});

it('says which release knows an architecture that the engine does not', () => {
  expect(() => checkArchitecture('a.gguf', 'maple', list)).toThrow(
    expect.objectContaining({
      code: 'model.unsupported',
      message:
        'a.gguf needs llama.cpp 0.5.0 for its architecture maple, and this engine is llama.cpp 0.4.0; ' +
        'update Moonwright, or take another model.',
    }),
  );
});

it('says how far the releases were looked at when none knows it', () => {
  expect(() => checkArchitecture('a.gguf', 'oak', list)).toThrow(
    'a.gguf has the architecture oak, and this engine is llama.cpp 0.4.0, which does not know it (nor does 0.5.0, ' +
      'the newest that was examined); look for an update of Moonwright, or take another model.',
  );
  expect(() => checkArchitecture('a.gguf', 'oak', { ...list, newest: '0.4.0', newer: [] })).toThrow(
    'which does not know it; look for an update',
  );
});
