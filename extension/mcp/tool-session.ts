import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  type CallToolRequest,
  type CallToolResult,
  type RequestId,
  type ServerNotification,
  type ServerRequest,
  type Tool as McpTool,
} from '@modelcontextprotocol/sdk/types.js';
import type { CallContext } from '../agent/agent-tools.ts';
import type { OfferedTools } from '../tools/offered-tools.ts';
import { CallProgress } from './call-progress.ts';
import { instructions } from './instructions.ts';

export interface SessionOptions {
  /** Of the extension. */
  readonly version: string;
  readonly progressMs: number;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Tests may take ten minutes for each runner, and the user is asked before. */
const callMs = 30 * 60_000;
/** About 25,000 tokens, which is what clients take. */
const textMax = 100_000;
/** What all but these do is to read. */
const changing = new Set(['run_tests']);

/** One client of the Model Context Protocol. Owns: its calls. Does not own: the tools, the way its messages come. */
export class ToolSession {
  readonly #tools: OfferedTools;
  readonly #options: SessionOptions;
  readonly #server: Server;
  readonly #calls = new Map<RequestId, AbortController>();
  #transport: StreamableHTTPServerTransport | undefined;

  constructor(tools: OfferedTools, options: SessionOptions) {
    this.#tools = tools;
    this.#options = options;
    this.#server = new Server(
      { name: 'moonwright', title: 'Moonwright', version: options.version },
      { capabilities: { tools: {} }, instructions },
    );
    this.#server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: this.#list() }));
    this.#server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => this.#call(params, extra));
  }

  /** Answers the messages of a transport, until it closes. */
  async connect(transport: StreamableHTTPServerTransport): Promise<void> {
    this.#transport = transport;
    // The two types differ only in whether an absent handler may be written as undefined.
    await this.#server.connect(transport as Parameters<Server['connect']>[0]);
  }

  get isBusy(): boolean {
    return this.#calls.size > 0;
  }

  /** The name that the client gives itself. */
  get client(): string | undefined {
    return this.#server.getClientVersion()?.name;
  }

  /** Ends calls whose answers nobody can get any more. */
  abandon(ids: readonly RequestId[]): void {
    for (const id of ids) this.#calls.get(id)?.abort();
  }

  /** Ends all calls and the transport. */
  async close(): Promise<void> {
    this.abandon([...this.#calls.keys()]);
    await this.#server.close();
  }

  #list(): McpTool[] {
    return this.#tools.definitions().map(({ name, description, parameters }) => ({
      name,
      description,
      inputSchema: { ...(parameters as object), type: 'object' },
      annotations: changing.has(name) ? { readOnlyHint: false } : { readOnlyHint: true, openWorldHint: false },
    }));
  }

  async #call({ name, arguments: input = {} }: CallToolRequest['params'], extra: Extra): Promise<CallToolResult> {
    const abandoned = new AbortController();
    const signal = AbortSignal.any([extra.signal, abandoned.signal, AbortSignal.timeout(callMs)]);
    this.#calls.set(extra.requestId, abandoned);
    const progress = this.#progress(name, extra);
    const context: CallContext = { signal, onOutput: progress?.add ?? (() => undefined) };
    // A client that cancels gets no answer: its stream would stay open.
    const release = (): void => this.#transport?.closeSSEStream(extra.requestId);
    extra.signal.addEventListener('abort', release, { once: true });
    try {
      const { text, failed } = await this.#tools.call({ name, input, agent: this.client }, context);
      return { content: [{ type: 'text', text: cut(text) }], isError: failed };
    } finally {
      progress?.end();
      this.#calls.delete(extra.requestId);
    }
  }

  #progress(name: string, { _meta, sendNotification }: Extra): CallProgress | undefined {
    const progressToken = _meta?.progressToken;
    if (progressToken === undefined) return undefined;
    const send = (progress: number, message: string): void => {
      const params = { progressToken, progress, message };
      // A client that has gone gets none.
      sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
    };
    return new CallProgress(send, name, this.#options.progressMs);
  }
}

function cut(text: string): string {
  if (text.length <= textMax) return text;
  const half = textMax / 2;
  const left = text.length - textMax;
  return `${text.slice(0, half)}\n[${left} characters are not shown]\n${text.slice(-half)}`;
}
