import { defineConfig, type Plugin } from 'vitest/config';

/** Texts that the bundler takes in as they are. */
const bundledText: Plugin = {
  name: 'bundled-text',
  transform: (code, id) => (/\.(md|scm)$/.test(id) ? `export default ${JSON.stringify(code)};` : undefined),
};

export default defineConfig({
  plugins: [bundledText],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build-once.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
