/**
 * Files of the workspace as tools see them: unsaved buffers count, paths are workspace-relative with `/` (in a
 * multi-root workspace they start with the folder's name). Implemented in editor/documents/, and on a folder in tests.
 */
export interface WorkspaceFiles {
  readonly folders: readonly WorkspaceFolderPath[];
  /** The absolute path of a path that the model wrote; accepts absolute paths and `./` too. Never touches the disk. */
  absolute(path: string): string;
  /** The path that the model and the user see; the absolute path for files outside the workspace. */
  relative(absolute: string): string;
  /** Undefined if the file does not exist. A file of more than `bytesMax` is `large`; without it, of more than 2 MB. */
  read(absolute: string, bytesMax?: number): Promise<FileText | undefined>;
  /** Names below a folder, sorted, without ignored files; at most `limit`. */
  list(absoluteFolder: string, glob: string | undefined, limit: number): Promise<readonly string[]>;
  /** Names of the workspace's files without ignored ones, in any order; at most `limit`. Quicker than `list`. */
  all(limit: number): Promise<readonly string[]>;
}

export interface WorkspaceFolderPath {
  readonly name: string;
  readonly path: string;
}

export type FileText =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly dirty: boolean;
      /** True if the file has another encoding than it was read with: characters are replaced. */
      readonly lossy?: boolean;
      /** True if nobody may write the file. */
      readonly readOnly?: boolean;
      /** True if it is open as a notebook: the text is its cells, as they are on screen. */
      readonly notebook?: boolean;
    }
  | { readonly kind: 'binary'; readonly bytes: number }
  | { readonly kind: 'large'; readonly bytes: number }
  /** `empty`: nothing at all is in it, not even an ignored file. */
  | { readonly kind: 'folder'; readonly empty?: boolean };

/** Changes files through the editor: one undo step per call, line ends and encoding kept, saved afterwards. */
export interface WorkspaceEdits {
  /** Turns `before` into `after` with the smallest edit. Rejects with a ToolError when the editor refuses. */
  change(absolute: string, before: string, after: string): Promise<EditResult>;
  create(absolute: string, text: string): Promise<EditResult>;
  remove(absolute: string): Promise<EditResult>;
}

export interface EditResult {
  /** The text after save participants (formatters) ran. */
  readonly after: string;
  readonly saved: boolean;
  /** True if saving changed more than the edit, as a formatter does. */
  readonly reformatted?: boolean;
  /** True if the editor could not save the file, for example on a full disk. */
  readonly saveFailed?: boolean;
  /** Problems that were not there before, as `path:line: message`. */
  readonly newProblems: readonly string[];
}
