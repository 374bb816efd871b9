// Real: the tools, the gate, test runs, ripgrep, tree-sitter, files in a folder of their own. Faked: the editor.
import path from 'node:path';
import { Gate, type GateFacts } from '../../../extension/permission/gate.ts';
import type { AskUser } from '../../../extension/permission/user-answer.ts';
import { hiddenFiles } from '../../../extension/permission/hidden-files.ts';
import { parseRule } from '../../../extension/permission/rules.ts';
import type { Rule } from '../../../extension/permission/policy.ts';
import { ProcessGroups } from '../../../extension/tools/commands/process-group.ts';
import { OfferedTools } from '../../../extension/tools/offered-tools.ts';
import { firstExisting, ripgrepCandidates } from '../../../extension/tools/search/ripgrep-location.ts';
import { RipgrepSearch } from '../../../extension/tools/search/ripgrep-search.ts';
import { findSymbol } from '../../../extension/tools/symbols/find-symbol.ts';
import { loadDefinitionReader } from './definition-reader.ts';
import { DiskWorkspace } from './disk-workspace.ts';
import { grammarsOfPackages } from './package-grammars.ts';
import { runTestsTool } from '../run-tests-tool.ts';

const root = path.resolve(import.meta.dirname, '../../..');
/** Loads all grammars, once. */
let loaded: ReturnType<typeof loadDefinitionReader> | undefined;
const reader = () => (loaded ??= loadDefinitionReader(grammarsOfPackages(root)));

export interface OfferedWorld {
  trusted?: boolean;
  rules?: readonly string[];
  /** Answers the questions; declines by default. */
  ask?: AskUser;
}

/** The tools of one window with these files in its folder. */
export interface OfferedWorkspace {
  readonly files: DiskWorkspace;
  readonly tools: OfferedTools;
  /** Titles of the questions so far. */
  readonly asked: readonly string[];
  dispose(): Promise<void>;
}

export async function offeredWorkspace(
  texts: Readonly<Record<string, string>>,
  { trusted = true, rules = [], ask = async () => 'decline' }: OfferedWorld = {},
): Promise<OfferedWorkspace> {
  const files = new DiskWorkspace(texts);
  const groups = new ProcessGroups();
  const asked: string[] = [];
  const read = rules.map((text) => {
    const [effect, rest] = text.split(/ (.*)/s);
    return parseRule(effect as Rule['effect'], rest ?? '') as Rule;
  });
  const facts: GateFacts = {
    mode: () => 'ask',
    trusted: () => trusted,
    roots: () => [files.folder],
    rules: () => read,
    guardedFiles: () => [],
    readOnlyCommands: () => false,
    addRules: async () => undefined,
  };
  const noShell = {
    read: (): never => {
      throw new Error('no tool that is offered runs a command line');
    },
  };
  const gate = new Gate(facts, noShell, async (call, ...rest) => {
    asked.push(call.title);
    return ask(call, ...rest);
  });
  const tools = new OfferedTools(
    [
      runTestsTool(files, groups),
      findSymbol({
        files,
        search: new RipgrepSearch({
          binary: firstExisting(ripgrepCandidates(undefined, [root]))!,
          excludes: () => ['**/node_modules'],
        }),
        isSecret: hiddenFiles(
          () => read,
          () => [files.folder],
        ),
        lookup: { definitions: async () => [], references: async () => [], calls: async () => undefined },
        reader: await reader(),
        definers: () => new Set(),
      }),
    ],
    gate,
  );
  return {
    files,
    tools,
    asked,
    dispose: async () => {
      await groups.dispose();
      files.remove();
    },
  };
}
