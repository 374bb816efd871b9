import type { OfferedTools } from '../tools/offered-tools.ts';
import { WindowFile } from './offering-windows.ts';
import type { PortOptions, ToolPort } from './tool-port.ts';

interface OfferParts {
  readonly tools: OfferedTools;
  /** Of the extension. */
  readonly version: string;
  /** Whether the user wants it. */
  wanted(): boolean;
  /** What clients have to know. */
  token(): Promise<string>;
  stateDirectory(): string;
  /** The folders that are open now. */
  folders(): readonly string[];
  /** The port of the last time: a client that was told it finds us again. */
  readonly lastPort: { get(): number; set(port: number): Promise<void> };
  /** Puts a program where it outlasts updates of the extension. */
  readonly installBridge: () => void;
  /** Opens the port. Its code is loaded with the first call: most windows never offer anything. */
  startPort(options: PortOptions): Promise<ToolPort>;
}

/** What the menu shows. */
export interface OfferState {
  readonly url: string;
  readonly clients: readonly string[];
}

const progressMs = 5000;

/**
 * Offers this window's tools to other agents as long as the user wants it. Owns: the port, and the file by which
 * programs of the same user find it.
 */
export class ToolOffer {
  readonly #parts: OfferParts;
  readonly #changed: (url: string | undefined) => void;
  #open: { readonly port: ToolPort; readonly file: WindowFile } | undefined;
  #applying: Promise<void> = Promise.resolve();
  #disposed = false;

  /** `changed` gets the address, or undefined when nothing is offered. */
  constructor(parts: OfferParts, changed: (url: string | undefined) => void) {
    this.#parts = parts;
    this.#changed = changed;
  }

  /** Undefined when nothing is offered. */
  get state(): OfferState | undefined {
    return this.#open && { url: this.#open.port.url, clients: this.#open.port.clients };
  }

  /** Opens or closes the port as it is wanted now, with the folders and the token of now. */
  apply(): Promise<void> {
    const applied = this.#applying.then(() => this.#apply());
    this.#applying = applied.catch(() => undefined); // told to whoever asked
    return applied;
  }

  /** Ends all calls, the port and the file. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#open?.file.remove(); // at once: the process may not live until the rest is done
    await this.apply();
  }

  async #apply(): Promise<void> {
    if (this.#disposed || !this.#parts.wanted()) return this.#close();
    const { lastPort, tools, version } = this.#parts;
    const token = await this.#parts.token();
    if (this.#open === undefined) {
      const port = await this.#parts.startPort({ port: lastPort.get(), token, tools, version, progressMs });
      this.#open = { port, file: new WindowFile(this.#parts.stateDirectory()) };
      await lastPort.set(port.port);
    }
    const { port, file } = this.#open;
    await port.renew(token);
    this.#parts.installBridge();
    file.write({ url: port.url, token, pid: process.pid, folders: this.#parts.folders() });
    this.#changed(port.url);
  }

  async #close(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.file.remove();
    this.#changed(undefined);
    await open.port.close();
  }
}
