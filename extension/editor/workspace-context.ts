import path from 'node:path';
import * as vscode from 'vscode';
import type { Decision } from '../chat/approvals.ts';
import type { PathPlace } from '../permission/policy.ts';
import { fileMention } from '../context/mentions/file-mention.ts';
import { FileNames } from '../context/mentions/file-names.ts';
import { folderMention } from '../context/mentions/folder-mention.ts';
import { gitMention } from '../context/mentions/git-mention.ts';
import { Mentions } from '../context/mentions/mentions.ts';
import { problemsMention } from '../context/mentions/problems-mention.ts';
import { selectionMention } from '../context/mentions/selection-mention.ts';
import { symbolMention } from '../context/mentions/symbol-mention.ts';
import { TerminalHistory } from '../context/mentions/terminal-history.ts';
import { terminalMention } from '../context/mentions/terminal-mention.ts';
import type { PromptFacts } from '../context/prompt-profiles.ts';
import { readProjectFiles } from '../context/repo-map/project-files.ts';
import { SavedMaps } from '../context/repo-map/saved-maps.ts';
import type { SourceIndex } from '../workspace/source-index.ts';
import type { Syntax } from '../workspace/syntax.ts';
import { Surroundings } from './documents/surroundings.ts';
import { watchTerminals } from './documents/terminals.ts';
import { promptFacts } from '../context/prompt-facts.ts';
import { RepoMapCache } from '../context/repo-map/repo-map-cache.ts';
import type { EditorProblems } from './documents/problems.ts';
import type { IsHidden } from '../permission/hidden-files.ts';
import { placeOf } from '../permission/path-place.ts';
import { OutputBuffer } from '../tools/commands/output-buffer.ts';
import type { WorkspaceFiles } from '../workspace/workspace-files.ts';
import { uncommittedChanges } from './documents/git/uncommitted-changes.ts';

interface WorkspaceContextInput {
  readonly files: WorkspaceFiles;
  readonly problems: EditorProblems;
  readonly index: SourceIndex & Syntax;
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
  /** The extension's storage folder for this workspace. */
  readonly storage: string;
  readonly failed: (thrown: unknown) => void;
  readonly isHidden: IsHidden;
  /** Asks the user in the panel; undefined if the question was withdrawn. */
  readonly decide: (decision: Decision) => Promise<string | undefined>;
}

/** Workspace facts for the model, and the mentions. */
interface WorkspaceContext extends vscode.Disposable {
  facts(): PromptFacts;
  readonly mentions: Mentions;
  /** The map of the workspace for agents of other extensions. */
  map(): Promise<string>;
}

/** Agents whose model is not known: about 2000 tokens, by their usual length in source code. */
const otherAgents = {
  model: 'others',
  budget: 2000,
  count: (texts: readonly string[]) => Promise.resolve(texts.map((text) => Math.ceil(text.length / 3.5))),
};

/** Characters of a command's output that are kept. */
const outputMax = 16_000;

export function createContext({
  files,
  problems,
  index,
  countTokens,
  storage,
  failed,
  isHidden,
  decide,
}: WorkspaceContextInput): WorkspaceContext {
  const relative = (absolute: string): string => files.relative(absolute);
  const surroundings = new Surroundings(relative, problems, isHidden);
  const map = new RepoMapCache({
    index,
    memory: new SavedMaps(path.join(storage, 'repo-map.json')),
    relative,
    projects: () => readProjectFiles(files),
    isSecret: isHidden,
    failed,
  });
  const history = new TerminalHistory<vscode.TerminalShellExecution>(() => new OutputBuffer(outputMax));
  const terminals = watchTerminals(history, failed);
  const place = (absolute: string): Promise<PathPlace> =>
    placeOf(
      [absolute],
      files.folders.map((folder) => folder.path),
    );
  const isSecret = async (absolute: string): Promise<boolean> => (await place(absolute)).secret;
  const names = new FileNames(files);
  const mentions = new Mentions(
    [
      problemsMention(() => problems.all(), relative),
      selectionMention(() => surroundings.selected(), isSecret),
      terminalMention(history),
      gitMention(() =>
        uncommittedChanges(
          files.folders.map((folder) => folder.path),
          isHidden,
        ),
      ),
      fileMention({ files, names, open: () => surroundings.openFiles(), isSecret }),
      folderMention(files, names),
      symbolMention(files, index),
    ],
    (secrets) => allowSecrets(secrets, decide),
  );
  return {
    mentions,
    map: () => map.shared(otherAgents),
    facts: () =>
      promptFacts({
        files,
        countTokens,
        map,
        definitions: { knows: (file) => index.knows(file), read: (file, text) => index.definitions(file, text) },
        near: () => surroundings.near(),
        surroundings: () => surroundings.text(),
        likely: () => surroundings.likely(),
        trusted: () => vscode.workspace.isTrusted,
        leadsOutside: async (absolute) => (await place(absolute)).outside,
        leftOut: (note) => failed(note),
        selected: () => surroundings.selected()?.text ?? '',
      }),
    dispose: () => {
      surroundings.dispose();
      terminals.dispose();
      map.dispose();
    },
  };
}

async function allowSecrets(
  names: readonly string[],
  decide: (decision: Decision) => Promise<string | undefined>,
): Promise<boolean> {
  const answer = await decide({
    title: vscode.l10n.t('These may contain secrets. Attach them to your message?'),
    details: names,
    choices: { attach: vscode.l10n.t('Attach'), leave: vscode.l10n.t('Leave out') },
  });
  return answer === 'attach';
}
