import type { SharedEndpointState } from '../../native/protocol/methods.ts';
import type { RpcClient } from './rpc-client.ts';

interface ServedPortParts {
  /** The connection to the daemon; starts it. */
  client(): Promise<Pick<RpcClient, 'request'>>;
  /** The port that the user wants; 0: none. */
  wanted(): number;
  /** The token that other programs need. */
  token(): Promise<string>;
}

/**
 * Keeps the daemon's port for other programs as the user wants it. Owns: what this window knows of it. Does not own:
 * the port, which all windows share.
 */
export class ServedPort {
  readonly #parts: ServedPortParts;
  readonly #changed: (url: string | undefined) => void;
  #url: string | undefined;
  #applying: Promise<void> = Promise.resolve();

  /** `changed` gets the address, or undefined when the port is closed. */
  constructor(parts: ServedPortParts, changed: (url: string | undefined) => void) {
    this.#parts = parts;
    this.#changed = changed;
  }

  /** Opens, moves or closes the port as it is wanted now. Rejects with `option.invalid` when it is not available. */
  apply(): Promise<void> {
    const applied = this.#applying.then(() => this.#apply());
    this.#applying = applied.catch(() => undefined); // told to whoever asked
    return applied;
  }

  /** The daemon has ended: with it its port. */
  lost(): void {
    this.#set(undefined);
  }

  async state(): Promise<SharedEndpointState> {
    return (await this.#parts.client()).request('endpoint.state', {});
  }

  async #apply(): Promise<void> {
    const port = this.#parts.wanted();
    if (port === 0 && this.#url === undefined) return;
    const client = await this.#parts.client();
    if (port === 0) {
      await client.request('endpoint.close', {});
      this.#set(undefined);
      return;
    }
    const { url } = await client.request('endpoint.open', { port, token: await this.#parts.token() });
    this.#set(url);
  }

  #set(url: string | undefined): void {
    if (url === this.#url) return;
    this.#url = url;
    this.#changed(url);
  }
}
