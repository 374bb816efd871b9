import type { KnipConfig } from 'knip';

/**
 * What `npm run check` calls unused. `knip` looks at everything: an export that no other file uses, not even a test, is
 * an error. `knip --production` (patterns that end with `!`) leaves the tests out: what only tests use is an error,
 * but an export that its own file uses as well may be there for a test.
 */
export default ({ production = false }): KnipConfig => ({
  entry: [
    'native/daemon/main.ts!',
    'native/daemon/backend/backend-probe.ts!',
    'native/daemon/chat/template-worker.ts!',
    'extension/main.ts!',
    'extension/context/parsing/worker.ts!',
    'extension/mcp/bridge/main.ts!',
    'extension/mcp/tool-port.ts!',
    'webview/main.ts!',
    // Loaded by test runners, started as programs, or bundled when they are run.
    'extension/tools/test-runners/reporters/*.{mjs,cjs}',
    'test/bench/{bench.ts,host-turns.mjs,index-speed.mjs,map-speed.mjs}',
    'test/demo/demo.ts',
    'test/engine-update/engine-update.ts',
    'test/e2e/in-host/*.ts',
    'test/support/extension/endless-writer.ts',
    'test/native/addon/engine-worker.mjs',
    'test/native/peers/peers.ts',
    'test/extension/context/recall/ctags-recall.ts',
    'test/support/engines/{home,away}-host.ts',
    'test/native/traces/record.mjs',
    'test/webview/gallery/{gallery,long-transcript}.mjs',
  ],
  project: [
    '{native,extension,webview}/**/*.ts!',
    '{native,extension,webview,test}/**/*.{mjs,cjs}',
    'test/**/*.ts',
    '!test/fixtures/**',
  ],
  // Their files are copied or packed by path (native/build.mjs, native/package.mjs), not imported.
  ignoreDependencies: [
    '@cursorless/tree-sitter-wasms',
    '@tree-sitter-grammars/tree-sitter-lua',
    '@vscode/codicons',
    '@vscode/ripgrep',
    '@vscode/tree-sitter-wasm',
    'tree-sitter-c',
  ],
  exclude: ['binaries'], // programs of the system
  ignoreExportsUsedInFile: production,
});
