import type { ToolCall, ToolDefinition } from '../../native/protocol/chat.ts';

/** The tools as the loop sees them. A failure is a result whose text starts with `Error:`, not an exception. */
export interface AgentTools {
  /** The tools the model is told about. */
  definitions(): readonly ToolDefinition[];
  /** Checks the arguments and describes what the call would do, without doing it. */
  resolve(call: ToolCall, signal: AbortSignal): Promise<ResolvedCall>;
}

/** What a call would touch. Permissions are decided from this alone. Paths are absolute. */
export type Access =
  | { readonly kind: 'none' } // plan, questions
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'write'; readonly paths: readonly string[] } // create, edit, delete, rename
  | { readonly kind: 'tests'; readonly runner: string; readonly folder: string }
  | { readonly kind: 'command'; readonly command: string; readonly folder: string }
  | { readonly kind: 'external'; readonly tool: string }; // of another extension or an MCP server

export interface ResolvedCall {
  readonly call: ToolCall;
  readonly access: Access;
  /** One line for the card, e.g. `Edit src/math.js`. */
  readonly title: string;
  /** Exactly what will happen, for the approval card. */
  readonly preview?: CallPreview;
  run(context: CallContext): Promise<ToolOutcome>;
}

export type CallPreview =
  | { readonly kind: 'diff'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly kind: 'command'; readonly command: string; readonly folder: string; readonly notes: readonly string[] }
  | { readonly kind: 'text'; readonly text: string };

export interface CallContext {
  readonly signal: AbortSignal;
  /** Live output, for the card. */
  readonly onOutput: (text: string) => void;
}

export interface ToolOutcome {
  /** For the model, in full; the loop shortens it to the budget. */
  readonly text: string;
  readonly failed: boolean;
  /** Workspace-relative paths that the call changed. */
  readonly changed?: readonly string[];
  /** Shown on the card in addition to the text. */
  readonly display?: CallPreview;
}

/** Decides whether a call may run. The loop awaits it before every call. */
export interface AgentGate {
  decide(resolved: ResolvedCall, signal: AbortSignal): Promise<GateDecision>;
}

export type GateDecision =
  | { readonly allowed: true; readonly by: string }
  /** `text` is the result the model sees, e.g. `Error: the user declined this call.` */
  | { readonly allowed: false; readonly by: string; readonly text: string };
