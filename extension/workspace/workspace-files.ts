/**
 * Files of the workspace as tools see them: unsaved buffers count, paths are workspace-relative with `/` (in a
 * multi-root workspace they start with the folder's name). Implemented on VS Code in edits/, on a folder in tests.
 */
export interface WorkspaceFiles {
  readonly folders: readonly WorkspaceFolderPath[];
  /** Absolute path for what the model wrote; also accepts absolute paths and `./`. Never touches the disk. */
  absolute(path: string): string;
  /** How the model and the user see it; the absolute path itself when it is outside. */
  relative(absolute: string): string;
  /** Undefined when there is no such file. A directory or a binary file says so. */
  read(absolute: string): Promise<FileText | undefined>;
  /** Names below a folder, honouring ignore files, sorted; `limit` bounds how many. */
  list(absoluteFolder: string, glob: string | undefined, limit: number): Promise<readonly string[]>;
}

export interface WorkspaceFolderPath {
  readonly name: string;
  readonly path: string;
}

export type FileText =
  | { readonly kind: 'text'; readonly text: string; readonly dirty: boolean }
  | { readonly kind: 'binary'; readonly bytes: number }
  | { readonly kind: 'large'; readonly bytes: number }
  | { readonly kind: 'folder' };

/** Changes files through the editor: one native undo step a call, EOL and encoding kept, saved afterwards. */
export interface WorkspaceEdits {
  /** Replaces the whole text with the least edit that does it. Rejects with a ToolError when the editor refuses. */
  change(absolute: string, before: string, after: string): Promise<EditResult>;
  create(absolute: string, text: string): Promise<EditResult>;
  remove(absolute: string): Promise<EditResult>;
}

export interface EditResult {
  /** The text after save participants (formatters) ran. */
  readonly after: string;
  readonly saved: boolean;
  /** Problems that were not there before, as `path:line: message`. */
  readonly newProblems: readonly string[];
}
