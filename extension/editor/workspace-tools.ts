import path from 'node:path';
import * as vscode from 'vscode';
import type { Decision } from '../chat/approvals.ts';
import type { SourceIndex } from '../workspace/source-index.ts';
import type { Syntax } from '../workspace/syntax.ts';
import { EditorEdits } from './documents/edits.ts';
import { excludedGlobs, type EditorFiles } from './documents/files.ts';
import type { EditorProblems } from './documents/problems.ts';
import { languageServerRename } from './documents/rename.ts';
import type { ChangeObserver } from '../edits/turn-checkpoints.ts';
import type { IsHidden } from '../permission/hidden-files.ts';
import { userEnvironment, type Environment } from '../tools/commands/command-environment.ts';
import { CommandRuns } from '../tools/commands/command-runs.ts';
import { CommandTerminals } from './window/command-terminal.ts';
import { ProcessGroups } from '../tools/commands/process-group.ts';
import { withUnsavedTexts } from '../tools/search/buffer-search.ts';
import { FileScan } from '../tools/search/file-scan.ts';
import { RipgrepSearch } from '../tools/search/ripgrep-search.ts';
import { firstExisting, ripgrepCandidates } from '../tools/search/ripgrep-location.ts';
import type { SearchEngine, TextSearch } from '../workspace/text-search.ts';
import { readOutput } from '../tools/commands/read-output.ts';
import { runCommand } from '../tools/commands/run-command.ts';
import { deleteFile } from '../tools/files/delete-file.ts';
import { editFile } from '../tools/files/edit-file.ts';
import { listFiles } from '../tools/files/list-files.ts';
import { readFile } from '../tools/files/read-file.ts';
import { writeFile } from '../tools/files/write-file.ts';
import { searchText } from '../tools/search/search-text.ts';
import { findSymbol, type FindSymbolParts } from '../tools/symbols/find-symbol.ts';
import { getDiagnostics } from '../tools/symbols/get-diagnostics.ts';
import { renameSymbol } from '../tools/symbols/rename-symbol.ts';
import { runTests, type RunTestsParts } from '../tools/test-runners/run-tests.ts';
import type { ToolGroups } from '../tools/tool-list.ts';
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
  readonly isHidden: IsHidden;
  /** Folder of the extension's built files. */
  readonly dist: string;
  /** The extension's id. */
  readonly extension: string;
  /** Asks the user in the panel; undefined if the turn was stopped meanwhile. */
  readonly decide: (decision: Decision) => Promise<string | undefined>;
}

/** The tools on VS Code. Disposing ends the processes they started. */
interface WorkspaceTools extends vscode.Disposable {
  readonly groups: ToolGroups;
  readonly search: TextSearch;
}

/** Builds the tools of this workspace from their dependencies. */
export function createTools(input: WorkspaceToolsInput): WorkspaceTools {
  const { files, problems, checkpoints, index, settings } = input;
  const relative = (absolute: string): string => files.relative(absolute);
  const unsaved = new UnsavedFiles(relative, input.decide);
  const edits = new EditorEdits({
    observer: checkpoints,
    problems,
    relative,
    folders: () => files.folders.map((folder) => folder.path),
    saves: () => settings.saveAfterEdit,
    askSave: unsaved.maySave,
  });
  const processes = new ProcessGroups();
  const mirror = new CommandTerminals();
  const environment = (): Environment => userEnvironment(process.env);
  const commands = new CommandRuns({ groups: processes, mirror, environment });
  const search = textSearch(input);
  const symbolParts: FindSymbolParts = {
    files,
    search,
    isSecret: input.isHidden,
    lookup: languageServerSymbols,
    reader: { knows: (file) => index.knows(file), read: (file, text) => index.definitions(file, text) },
    definers: (name) => new Set(index.definitionsOf(name).map(({ file }) => file.path)),
  };
  const testParts: RunTestsParts = {
    files,
    groups: processes,
    mirror,
    environment,
    reporters: path.join(input.dist, 'reporters'),
    saveUnsaved: unsaved.offerToSave,
    observer: checkpoints,
    fallback: editorTests,
  };
  return {
    search,
    groups: {
      tests: [runTests(testParts)],
      files: [
        readFile(files, (absolute, text) => index.definitions(absolute, text)),
        listFiles(files),
        editFile(files, edits),
        writeFile(files, edits),
        deleteFile(files, edits),
      ],
      search: [searchText({ files, search, isSecret: input.isHidden })],
      symbols: [
        findSymbol(symbolParts),
        renameSymbol({ files, search, rename: languageServerRename(edits) }),
        getDiagnostics(files, problems, input.isHidden),
      ],
      commands: [runCommand({ files, commands, observer: checkpoints }), readOutput(commands)],
      external: () => offeredTools(input.extension),
    },
    dispose: () => {
      mirror.dispose();
      void processes.dispose();
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

/** Searches on disk, with unsaved texts in place of saved ones. Without ripgrep it reads file after file. */
function textSearch({ files, ripgrep }: WorkspaceToolsInput): TextSearch {
  const scan = new FileScan({
    list: async (folder) => (await files.files(folder)).map((name) => path.join(folder, name)),
    read: async (file) => {
      const content = await files.read(file);
      return content?.kind === 'text' ? content.text : undefined;
    },
  });
  const engine = (): SearchEngine => {
    const binary = ripgrep();
    return binary === undefined ? scan : new RipgrepSearch({ binary, excludes: excludedGlobs });
  };
  const either: SearchEngine = {
    search: (query, folders, signal) => engine().search(query, folders, signal),
    searchTexts: (query, texts, signal) => engine().searchTexts(query, texts, signal),
  };
  return withUnsavedTexts(either, () =>
    vscode.workspace.textDocuments
      .filter((document) => document.uri.scheme === 'file' && document.isDirty && !document.isClosed)
      .map((document) => ({ path: document.uri.fsPath, text: document.getText() })),
  );
}
