// Faked: the editor. Files are real, in a temporary folder; buffers are a map of unsaved texts.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { WorkspacePaths } from '../../../extension/edits/workspace-paths.ts';
import { filesBelow } from '../../../extension/tools/test-runners/finding/node-test-files.ts';
import type { Tool, ToolPlan } from '../../../extension/tools/tool.ts';
import type { CallContext, ToolOutcome } from '../../../extension/agent/agent-tools.ts';
import type { FileText, WorkspaceFiles } from '../../../extension/workspace/workspace-files.ts';

/** A workspace of one folder with these files, by their relative paths. */
export class DiskWorkspace implements WorkspaceFiles {
  readonly folder: string;
  readonly folders: readonly { readonly name: string; readonly path: string }[];
  readonly unsaved = new Map<string, string>();
  readonly #paths: WorkspacePaths;

  constructor(files: Readonly<Record<string, string>>) {
    this.folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'moonwright-workspace-')));
    this.folders = [{ name: 'workspace', path: this.folder }];
    this.#paths = new WorkspacePaths(() => this.folders);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  absolute(name: string): string {
    return this.#paths.absolute(name);
  }

  relative(absolute: string): string {
    return this.#paths.relative(absolute);
  }

  async read(absolute: string): Promise<FileText | undefined> {
    const unsaved = this.unsaved.get(absolute);
    if (unsaved !== undefined) return { kind: 'text', text: unsaved, dirty: true };
    const found = statSync(absolute, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    return found.isDirectory()
      ? { kind: 'folder', empty: readdirSync(absolute).length === 0 }
      : { kind: 'text', text: readFileSync(absolute, 'utf8'), dirty: false };
  }

  async list(folder: string): Promise<readonly string[]> {
    return (await filesBelow(folder)).map((file) => path.relative(folder, file));
  }

  all(): Promise<readonly string[]> {
    return this.list(this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Plans a tool's call as the agent does where the gate allows a look. */
export async function planTool(
  tool: Tool,
  args: unknown,
  signal: AbortSignal = new AbortController().signal,
): Promise<ToolPlan> {
  const intent = tool.intent(tool.schema.parse(args));
  return 'look' in intent ? intent.look(signal) : intent;
}

/** Plans and runs a tool as the agent does. */
export async function runTool(tool: Tool, args: unknown, context: Partial<CallContext> = {}): Promise<ToolOutcome> {
  const signal = context.signal ?? new AbortController().signal;
  return (await planTool(tool, args, signal)).run({ signal, onOutput: context.onOutput ?? (() => undefined) });
}
