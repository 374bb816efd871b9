import type { ToolCall, ToolDefinition } from '../../native/protocol/chat.ts';

/** The tools as the loop sees them. A failure is a result whose text starts with `Error:`, never an exception. */
export interface AgentTools {
  /** What the model is told, for this profile. */
  definitions(): readonly ToolDefinition[];
  /** Checks the arguments and says what the call would do, without doing it. */
  resolve(call: ToolCall, signal: AbortSignal): Promise<ResolvedCall>;
}

/** What a call would touch; permissions decide on this and nothing else. Paths are absolute. */
export type Access =
  | { readonly kind: 'none' } // plan, questions
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'write'; readonly paths: readonly string[] } // create, edit, delete, rename
  | { readonly kind: 'tests'; readonly runner: string; readonly folder: string }
  | { readonly kind: 'command'; readonly command: string; readonly folder: string }
  | { readonly kind: 'external'; readonly tool: string }; // another extension's or an MCP server's

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
  /** For the model, uncut; the loop cuts it to the budget. */
  readonly text: string;
  readonly failed: boolean;
  /** Workspace-relative paths it changed. */
  readonly changed?: readonly string[];
  /** What the card shows besides the text. */
  readonly display?: CallPreview;
}

/** Whether a call may run. The loop awaits it before every call. */
export interface AgentGate {
  decide(resolved: ResolvedCall, signal: AbortSignal): Promise<GateDecision>;
}

export type GateDecision =
  | { readonly allowed: true; readonly by: string }
  /** `text` is the result the model sees, e.g. `Error: the user declined this call.` */
  | { readonly allowed: false; readonly by: string; readonly text: string };
