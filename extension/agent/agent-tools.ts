import type { ToolCall, ToolDefinition } from '../../native/protocol/chat.ts';

/** The tools as the loop sees them. A failure is a result that starts with `Error:`, not an exception. */
export interface AgentTools {
  /** The tools the model is told about. */
  definitions(): readonly ToolDefinition[];
  /** Checks the arguments and says what the call would touch. Reads no file. */
  resolve(call: ToolCall): ResolvedCall | UnseenCall;
}

/** Resources that a call would touch. Permissions are decided from this alone. Paths are absolute. */
export type Access =
  | { readonly kind: 'none' } // plan, questions
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'write'; readonly paths: readonly string[] } // create, edit, delete, rename
  /** `folder`: where the runner starts; before that is known, the file or folder that the call names. */
  | { readonly kind: 'tests'; readonly runner: string; readonly folder: string }
  | { readonly kind: 'command'; readonly command: string; readonly folder: string }
  | { readonly kind: 'external'; readonly tool: string }; // of another extension or an MCP server

/** Input of the gate, and of the question to the user. */
export interface CallIntent {
  readonly access: Access;
  /** One line for the card, e.g. `Edit src/math.js`. */
  readonly title: string;
  /** Preview of the effect, for the approval card. */
  readonly preview?: CallPreview;
}

/** A call as it was made, with what it would touch. */
export interface AskedCall extends CallIntent {
  readonly call: ToolCall;
}

/** A call that can run. */
export interface ResolvedCall extends AskedCall {
  run(context: CallContext): Promise<ToolOutcome>;
}

/** A call that reads the disk to say exactly what will happen. Its own preview comes from the arguments alone. */
export interface UnseenCall extends AskedCall {
  /** To be called only when the gate lets it: reads what `access` names, and changes nothing. */
  look(signal: AbortSignal): Promise<ResolvedCall>;
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
  /** True if a call may look at what it names before `decide`, so that the user is asked with a preview. */
  mayLook(access: Access): Promise<boolean>;
  decide(asked: AskedCall, signal: AbortSignal): Promise<GateDecision>;
}

export type GateDecision =
  | { readonly allowed: true; readonly by: string }
  /** `text` is the result the model sees, e.g. `Error: the user declined this call.` */
  | { readonly allowed: false; readonly by: string; readonly text: string };
