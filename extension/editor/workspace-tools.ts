import path from 'node:path';
import * as vscode from 'vscode';
import type { SourceIndex } from '../workspace/source-index.ts';
import type { Syntax } from '../workspace/syntax.ts';
import { EditorEdits } from './documents/edits.ts';
import { excludedGlobs, type EditorFiles } from './documents/files.ts';
import type { EditorProblems } from './documents/problems.ts';
import { languageServerRename } from './documents/rename.ts';
import type { ChangeObserver } from '../edits/turn-checkpoints.ts';
import { namesSecret } from '../permission/path-place.ts';
import { userEnvironment, type Environment } from '../tools/commands/command-environment.ts';
import { CommandRuns } from '../tools/commands/command-runs.ts';
import { CommandTerminals } from './window/command-terminal.ts';
import { ProcessGroups } from '../tools/commands/process-group.ts';
import { withUnsavedTexts } from '../tools/search/buffer-search.ts';
import { FileScan } from '../tools/search/file-scan.ts';
import { RipgrepSearch } from '../tools/search/ripgrep-search.ts';
import { firstExisting, ripgrepCandidates } from '../tools/search/ripgrep-location.ts';
import type { TextSearch } from '../workspace/text-search.ts';
import type { ToolParts } from '../tools/tool-list.ts';
import { editorTests } from './window/editor-tests.ts';
import { offeredTools } from './window/language-model-tools.ts';
import type { Settings } from './window/settings.ts';
import { UnsavedFiles } from './documents/unsaved-files.ts';
import { languageServerSymbols } from './documents/symbols.ts';

interface WorkspaceToolsInput {
  readonly files: EditorFiles;
  readonly problems: EditorProblems;
  readonly checkpoints: ChangeObserver;
  readonly index: SourceIndex & Syntax;
  readonly settings: Settings;
  readonly ripgrep: () => string | undefined;
  /** The extension's own folder of built files. */
  readonly dist: string;
  /** The extension's own id. */
  readonly extension: string;
}

/** What the tools need from VS Code. Disposing stops the processes they started. */
interface WorkspaceTools extends vscode.Disposable {
  readonly parts: ToolParts;
}

export function createTools(input: WorkspaceToolsInput): WorkspaceTools {
  const { files, problems, checkpoints, index, settings } = input;
  const relative = (absolute: string): string => files.relative(absolute);
  const unsaved = new UnsavedFiles(relative);
  const edits = new EditorEdits({
    observer: checkpoints,
    problems,
    relative,
    saves: () => settings.saveAfterEdit,
    askSave: unsaved.maySave,
  });
  const groups = new ProcessGroups();
  const terminals = new CommandTerminals();
  const environment = (): Environment => userEnvironment(process.env);
  const commands = new CommandRuns({ groups, mirror: terminals, environment });
  const parts: ToolParts = {
    files,
    edits,
    problems,
    commands,
    observer: checkpoints,
    search: lazySearch(input),
    isSecret: namesSecret,
    groups,
    mirror: terminals,
    environment,
    reporters: path.join(input.dist, 'reporters'),
    saveUnsaved: unsaved.offerToSave,
    fallback: editorTests((name) => files.absolute(name)),
    notes: (folder) => checkpoints.beforeCommand(folder),
    lookup: languageServerSymbols,
    reader: async () => ({ knows: (file) => index.knows(file), read: (file, text) => index.definitions(file, text) }),
    definers: (name) => new Set(index.definitionsOf(name).map(({ file }) => file.path)),
    rename: languageServerRename(edits),
    outline: (absolute, text) => index.definitions(absolute, text),
    external: () => offeredTools(input.extension),
  };
  return {
    parts,
    dispose: () => {
      terminals.dispose();
      void groups.dispose();
    },
  };
}

/** Returns the path of ripgrep, found once: VS Code's own, else the packaged one. */
export function ripgrepFinder(dist: string): () => string | undefined {
  let found: string | undefined;
  return () => {
    found ??= firstExisting([
      ...ripgrepCandidates(vscode.env.appRoot, []),
      path.join(dist, 'ripgrep', process.platform === 'win32' ? 'rg.exe' : 'rg'),
    ]);
    return found;
  };
}

/** Searches files on disk; unsaved texts replace saved ones. */
function lazySearch({ files, ripgrep }: WorkspaceToolsInput): TextSearch {
  const scan = new FileScan({
    list: async (folder) => (await files.files(folder)).map((name) => path.join(folder, name)),
    read: async (file) => {
      const content = await files.read(file);
      return content?.kind === 'text' ? content.text : undefined;
    },
  });
  const disk: TextSearch = {
    search: (query, folders, signal) => {
      const binary = ripgrep();
      return (binary === undefined ? scan : new RipgrepSearch({ binary, excludes: excludedGlobs })).search(
        query,
        folders,
        signal,
      );
    },
  };
  return withUnsavedTexts(disk, () =>
    vscode.workspace.textDocuments
      .filter((document) => document.uri.scheme === 'file' && document.isDirty && !document.isClosed)
      .map((document) => ({ path: document.uri.fsPath, text: document.getText() })),
  );
}
