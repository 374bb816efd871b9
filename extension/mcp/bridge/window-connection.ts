import { realpathSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Implementation } from '@modelcontextprotocol/sdk/types.js';
import { offeringWindows, windowFor } from '../offering-windows.ts';
import type { BridgeOptions } from './bridge-options.ts';

/** A connection that is there, and the signal that it is not any more. */
interface Connected {
  readonly client: Client;
  readonly lost: AbortSignal;
}

type Send<T> = (client: Client, signal: AbortSignal) => Promise<T>;

/**
 * The window whose tools are meant. It is found at the first request, and again after it was closed or reloaded. Owns:
 * the connection to it.
 */
export class WindowConnection {
  readonly #options: BridgeOptions;
  readonly #self: () => Implementation;
  #connecting: Promise<Connected> | undefined;

  /** `self`: what the client of the bridge calls itself. */
  constructor(options: BridgeOptions, self: () => Implementation) {
    this.#options = options;
    this.#self = self;
  }

  /** Sends a request. Rejects when no window offers its tools, and when it goes before it has answered. */
  async request<T>(send: Send<T>, signal: AbortSignal): Promise<T> {
    const connected = await this.#connected();
    try {
      return await send(connected.client, AbortSignal.any([signal, connected.lost]));
    } catch (thrown) {
      const { lost } = connected;
      if (!lost.aborted || signal.aborted) throw thrown;
      if (!wasRefused(lost.reason))
        throw new Error('The window of VS Code was closed or reloaded before it had answered. Call the tool again.', {
          cause: thrown,
        });
    }
    // The window was reloaded since the last request: it has seen nothing of this one.
    const again = await this.#connected();
    return await send(again.client, AbortSignal.any([signal, again.lost]));
  }

  async close(): Promise<void> {
    const connected = await this.#connecting?.catch(() => undefined);
    await connected?.client.close();
  }

  async #connected(): Promise<Connected> {
    this.#connecting ??= this.#connect();
    const connecting = this.#connecting;
    try {
      return await connecting;
    } catch (thrown) {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw thrown;
    }
  }

  async #connect(): Promise<Connected> {
    const { stateDirectory, folder } = this.#options;
    const windows = offeringWindows(stateDirectory);
    const window = windowFor(folder, windows) ?? windowFor(realpathSync(folder), windows);
    if (window === undefined) throw new Error(noWindow(folder, [...new Set(windows.flatMap((one) => one.folders))]));
    const transport = new StreamableHTTPClientTransport(new URL(window.url), {
      requestInit: { headers: { authorization: `Bearer ${window.token}` } },
    });
    const client = new Client(this.#self());
    const gone = new AbortController();
    await client.connect(transport as Parameters<Client['connect']>[0]);
    client.onerror = (error) => {
      this.#connecting = undefined;
      gone.abort(error);
      void client.close();
    };
    client.onclose = () => gone.abort();
    return { client, lost: gone.signal };
  }
}

/** True if nobody has read the request: no program was at the port, or another window that does not know us. */
function wasRefused(reason: unknown): boolean {
  if (reason instanceof StreamableHTTPError) return reason.code === 404 || reason.code === 401;
  const cause = reason instanceof Error ? reason.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function noWindow(folder: string, offered: readonly string[]): string {
  const others = offered.length === 0 ? '' : ` Folders that are offered now: ${offered.join(', ')}.`;
  return (
    `No window of VS Code offers its tools for ${folder}. ` +
    `Open that folder in VS Code and run "Moonwright: Offer Tools to Other Agents…".${others}`
  );
}
