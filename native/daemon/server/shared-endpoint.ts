import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SharedEndpointState } from '../../protocol/methods.ts';
import { Listener } from './listener.ts';

/** Programs that are remembered at most; the first one is forgotten first. */
const programsMax = 20;

interface OpenPort {
  readonly listener: Listener;
  readonly asked: number;
  readonly access: { token: string; readonly allowedOrigins: readonly string[] };
}

interface Program {
  requests: number;
  running: number;
}

/** Answers one request; `authorized`: its token is right. */
type Answer = (request: IncomingMessage, response: ServerResponse, authorized: boolean) => void;

/**
 * A port for other programs on this machine, with a token of its own: it opens the HTTP endpoint and nothing else.
 * Owns: that port, and who has used it.
 */
export class SharedEndpoint {
  readonly #answer: Answer;
  readonly #programs = new Map<string, Program>();
  #open: OpenPort | undefined;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /**
   * Opens the port, in place of another one that is open; 0 takes a free one. With the same port only the token
   * changes. Rejects with `option.invalid` when the port is not available; what was open stays open.
   */
  open(port: number, token: string): Promise<SharedEndpointState> {
    return this.#inOrder(async () => {
      if (this.#open?.asked === port) {
        this.#open.access.token = token;
        return this.state();
      }
      const access = { token, allowedOrigins: [] };
      const onRequest: Answer = (request, response, authorized) => {
        if (authorized) this.#count(request, response);
        this.#answer(request, response, authorized);
      };
      const listener = await Listener.start({ port, access, onRequest });
      this.#end();
      this.#open = { listener, asked: port, access };
      return this.state();
    });
  }

  /** Closes the port and ends the requests that still run. */
  close(): Promise<void> {
    return this.#inOrder(() => Promise.resolve(this.#end()));
  }

  state(): SharedEndpointState {
    return {
      url: this.#open?.listener.url,
      programs: [...this.#programs].map(([name, { requests, running }]) => ({ name, requests, running })),
    };
  }

  #end(): void {
    this.#open?.listener.stopListening();
    this.#open?.listener.destroyConnections();
    this.#open = undefined;
    this.#programs.clear();
  }

  /** Several windows may ask at a time. */
  #inOrder<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change);
    this.#changing = done.catch(() => undefined); // told to whoever asked
    return done;
  }

  #count(request: IncomingMessage, response: ServerResponse): void {
    const name = programOf(request);
    const program = this.#programs.get(name) ?? { requests: 0, running: 0 };
    program.requests += 1;
    program.running += 1;
    this.#programs.set(name, program);
    for (const first of this.#programs.keys()) {
      if (this.#programs.size <= programsMax) break;
      this.#programs.delete(first);
    }
    response.once('close', () => (program.running -= 1));
  }
}

/** The name a program gives itself, without its version. */
function programOf({ headers }: IncomingMessage): string {
  return /^[\w.@-]{1,40}/.exec(headers['user-agent'] ?? '')?.[0] ?? '?';
}
