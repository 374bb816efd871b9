import * as vscode from 'vscode';
import type { TestFallback } from '../../tools/test-runners/run-tests.ts';

const tool = 'runTests';

/** VS Code's own test tool, for projects with an unknown runner; undefined if there is none. */
export function editorTests(absolute: (name: string) => string): TestFallback | undefined {
  if (!vscode.lm.tools.some(({ name }) => name === tool)) return undefined;
  return {
    runner: 'the editor',
    async run(target, { signal }) {
      const source = new vscode.CancellationTokenSource();
      const cancel = (): void => source.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        const input =
          target === undefined
            ? {}
            : target.includes('/') || target.includes('.')
              ? { files: [absolute(target)] }
              : { testNames: [target] };
        const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined }, source.token);
        return reported(
          content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('\n'),
        );
      } finally {
        signal.removeEventListener('abort', cancel);
        source.dispose();
      }
    },
  };
}

/** Our line with the counts, then its own failure texts; undefined if it found no tests. */
function reported(text: string): { text: string; failed: boolean } | undefined {
  const counts = /<summary passed=(\d+) failed=(\d+)/.exec(text);
  if (counts === null) return undefined;
  const [, passed = '0', failed = '0'] = counts;
  if (passed === '0' && failed === '0') return undefined;
  const failures = text.replace(/<summary[^>]*>/, '').trim();
  return {
    text: failed === '0' ? `${passed} passed` : `${failed} failed, ${passed} passed\n\n${failures}`,
    failed: false,
  };
}
