import { defineConfig, type Plugin } from 'vitest/config';
import { limitOfCases } from './test/support/case-counts.ts';

/** Texts that the bundler takes in as they are. */
const bundledText: Plugin = {
  name: 'bundled-text',
  transform: (code, id) => (/\.(md|scm)$/.test(id) ? `export default ${JSON.stringify(code)};` : undefined),
};

export default defineConfig({
  plugins: [bundledText],
  test: {
    globalSetup: ['test/support/build-once.ts', 'test/support/run-folder.ts'],
    testTimeout: limitOfCases(60_000),
    hookTimeout: 60_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      // One VS Code at a time, when nothing else runs. What an editor shows may take a while.
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          maxWorkers: 1,
          retry: 0,
          expect: { poll: { timeout: 15_000 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
