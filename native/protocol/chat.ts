/** Messages and tools, as daemon, extension and webview share them. */

/** A call the model made. `arguments` is JSON text exactly as the model wrote it (or as repaired; see `repaired`). */
export interface ToolCall {
  /** The family's own id, e.g. `functions.read_file:0` for Kimi K2; replayed verbatim. */
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

interface SystemMessage {
  readonly role: 'system';
  readonly content: string;
}
interface UserMessage {
  readonly role: 'user';
  readonly content: string;
}
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ToolCall[];
}
export interface ToolMessage {
  readonly role: 'tool';
  readonly content: string;
  readonly toolCallId: string;
  readonly name: string;
}
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A JSON Schema and the values in it. The schema compiler ignores or refuses keywords it does not know. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };
export type JsonSchema = boolean | { readonly [key: string]: JsonValue | undefined };

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonSchema;
}

/** Whether the model calls tools: never, as it decides, at least once, or the named tool. */
export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string };

/** A call that could not be parsed or repaired. The client answers the model with `advice`. */
export interface BrokenToolCall {
  /** What the model wrote, as text. */
  readonly text: string;
  readonly id: string;
  readonly name: string | undefined;
  /** One sentence for the model, starting with `Error:`, that says what to do. */
  readonly advice: string;
  /** Of a call that was cut off: the beginning of its arguments as it was streamed; left out when nothing was. */
  readonly partial?: string;
}
