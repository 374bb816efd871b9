import path from 'node:path';
import * as vscode from 'vscode';
import type { ToolOutcome } from '../../agent/agent-tools.ts';
import type { TestFallback } from '../../tools/test-runners/run-tests.ts';
import type { Selection } from '../../tools/test-runners/test-runner.ts';
import { translate } from '../../translation.ts';

/** VS Code's tool for its Testing view. */
const runTool = 'runTests';

/**
 * The tests that VS Code's Testing view knows, found by other extensions: for projects with an unknown runner.
 * Undefined where VS Code has no such tool.
 */
export function editorTests(selection: Selection): TestFallback | undefined {
  if (!vscode.lm.tools.some(({ name }) => name === runTool)) return undefined;
  return {
    runner: 'Testing view',
    words: wordsFor(selection),
    run: ({ signal }) => cancellable(signal, (token) => runByTool(selection, token)),
  };
}

function wordsFor(selection: Selection): string {
  if (selection.kind === 'name')
    return translate('Run the tests named {0} that the Testing view of VS Code shows', selection.name);
  if (selection.kind === 'all') return translate('Run all tests that the Testing view of VS Code shows');
  const names = selection.paths.map((file) => path.basename(file)).join(', ');
  return translate('Run the tests in {0} that the Testing view of VS Code shows', names);
}

async function runByTool(selection: Selection, token: vscode.CancellationToken): Promise<ToolOutcome | undefined> {
  const paths = selection.kind === 'all' ? [] : selection.paths;
  const input = {
    ...(paths.length > 0 && { files: paths }),
    ...(selection.kind === 'name' && { testNames: [selection.name] }),
  };
  return reported(await invoke(runTool, input, token));
}

async function invoke(name: string, input: object, token: vscode.CancellationToken): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('\n');
}

/** Our line with the counts, then its own failure texts; undefined if it found no tests. */
function reported(text: string): ToolOutcome | undefined {
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

async function cancellable<T>(signal: AbortSignal, run: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  // The tool ends its own run. The runs that the user started go on.
  const cancel = (): void => source.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await run(source.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}
