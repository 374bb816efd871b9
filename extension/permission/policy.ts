import type { Access } from '../agent/agent-tools.ts';
import type { PermissionMode } from './permission-mode.ts';
import type { ShellLine } from './shell/shell-line.ts';

/** The facts that a policy decides on. Paths are absolute with symlinks resolved. */
export interface PolicyInput {
  /** The model with a call, or the user with an edit in an open document. */
  readonly asker: 'model' | 'user';
  readonly access: Access;
  readonly mode: PermissionMode;
  readonly trusted: boolean;
  readonly rules: readonly Rule[];
  /** Grants of this session, in the form of rules. */
  readonly grants: readonly Rule[];
  readonly place: PathPlace;
  /** True if it writes a file that later runs code, or instructs agents. */
  readonly guarded: boolean;
  /** Commands of a shell line. Undefined for all other calls. */
  readonly line: ShellLine | undefined;
  /** Whether the call is a line that only shows files of the workspace, and the user lets such lines run. */
  readonly onlyReads: boolean;
  /** What the call may show when it is a line that goes through folders or changes: files that it does not name. */
  readonly finds: 'denied' | 'hidden' | 'nothing';
}

/** Where the paths of a call are; true if any of them is. */
export interface PathPlace {
  readonly outside: boolean;
  readonly secret: boolean;
  /** Workspace-relative paths, to match the patterns of rules. */
  readonly relative: readonly string[];
}

export type RuleKind = 'read' | 'edit' | 'run' | 'tests' | 'tool';

export interface Rule {
  readonly effect: 'allow' | 'ask' | 'deny';
  readonly kind: RuleKind;
  /** A glob over workspace-relative paths, words of a command with `*`, a runner's or a tool's name. */
  readonly pattern: string;
}

/** The answer of one policy. `name` is the policy's, for the log and the approval card. */
export type Verdict =
  | { readonly name: string; readonly effect: 'allow' }
  | {
      readonly name: string;
      readonly effect: 'deny';
      /** The obstacle, for texts to the user. */
      readonly reason: 'trust' | 'place' | 'rule' | 'mode';
      /** Text for the model, starting with `Error:`. */
      readonly text: string;
    }
  /** `mayBecomeRule`: the user may answer "always" or "for this session". */
  | { readonly name: string; readonly effect: 'ask'; readonly mayBecomeRule: boolean };

/** One row of the security model: its verdict, and when it applies. */
export type Policy = Verdict & { readonly when: (input: PolicyInput) => boolean };
