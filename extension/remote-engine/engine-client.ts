import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { refusalError, refusalOf, type Refusal } from './engine-error.ts';
import type { EngineAddress } from './engine-address.ts';
import { readText, type HttpRequest, type HttpResponse, type SendRequest } from './http-request.ts';

/** An answer longer than this is no list of models and no error. In bytes. */
const textMax = 4 * 1024 * 1024;
/** For questions about the server, which it answers at once. */
const questionMs = 10_000;

/** Thrown by `post`: what the engine said, for who may change the request and ask again. */
export class RefusedError extends CodedError {
  readonly refusal: Refusal;

  constructor(host: string, refusal: Refusal) {
    const { code, message, data } = refusalError(host, refusal);
    super(code, message, { data });
    this.refusal = refusal;
  }
}

/** Requests to one engine, with its key. Owns: nothing that lasts. Does not own: what is asked, trying again. */
export class EngineClient {
  readonly address: EngineAddress;
  readonly #key: string | undefined;
  readonly #send: SendRequest;

  constructor(address: EngineAddress, key: string | undefined, send: SendRequest) {
    this.address = address;
    this.#key = key;
    this.#send = address.reach === 'home' ? throughForward(send, address.host) : send;
  }

  /**
   * The JSON at an address of the engine. Rejects with the engine's refusal, with `daemon.unreachable` when it does not
   * answer in time, or with `engine.failed` when the answer is no JSON.
   */
  async ask(url: string, signal: AbortSignal, body?: object): Promise<unknown> {
    const limit = AbortSignal.timeout(questionMs);
    try {
      const any = AbortSignal.any([signal, limit]);
      const { response, text } = await this.#text(this.#request(url, body, 'application/json'), any);
      if (response.status !== 200) throw this.#refused(response, text);
      return JSON.parse(text) as unknown;
    } catch (thrown) {
      if (thrown instanceof SyntaxError)
        throw new CodedError('engine.failed', `${this.address.host} does not speak OpenAI's API.`, { cause: thrown });
      if (limit.aborted && !signal.aborted)
        throw new CodedError('daemon.unreachable', `${this.address.host} does not answer.`, { cause: thrown });
      throw thrown;
    }
  }

  /** Sends a request whose answer may take long. Rejects with a RefusedError unless the status is 200. */
  async post(url: string, body: object, signal: AbortSignal): Promise<HttpResponse> {
    const response = await this.#send(this.#request(url, body, 'text/event-stream, application/json'), signal);
    if (response.status === 200) return response;
    throw this.#refused(response, await readText(response.body, textMax));
  }

  async #text(request: HttpRequest, signal: AbortSignal): Promise<{ response: HttpResponse; text: string }> {
    const response = await this.#send(request, signal);
    return { response, text: await readText(response.body, textMax) };
  }

  #refused(response: HttpResponse, text: string): RefusedError {
    return new RefusedError(this.address.host, refusalOf(response.status, response.headers, text, Date.now()));
  }

  #request(url: string, body: object | undefined, accept: string): HttpRequest {
    return {
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: {
        accept,
        'user-agent': 'moonwright',
        ...(this.#key !== undefined && { authorization: `Bearer ${this.#key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
  }
}

/** Says what to do where the port of home does not answer: nobody here can start a server there. */
function throughForward(send: SendRequest, host: string): SendRequest {
  return (request, signal) =>
    send(request, signal).catch((thrown: unknown) => {
      const { code } = toCodedError(thrown);
      if (code !== 'daemon.unreachable') throw thrown;
      const text = translate('{0} does not answer: forward its port again, and check that it serves at home.', host);
      throw new CodedError(code, text, { cause: thrown });
    });
}
