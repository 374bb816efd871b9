import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import type { HubAddress } from './hub-address.ts';

/**
 * How requests are made. In the extension host this is the global `fetch`, which VS Code wraps: it goes through the
 * user's proxy (`http.proxy`, `http.proxySupport`, `http.noProxy`) and trusts the system's certificates
 * (`http.systemCertificates`). With `redirect: 'manual'` VS Code takes Node's fetch also where `http.electronFetch` is
 * on, so that the answer to a redirect can be read here.
 */
type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface HubOptions {
  readonly fetch: Fetch;
  /** Read at every request: the user may change the setting. Throws hub.address. */
  address(): HubAddress;
  /** The user's token for the hub; undefined without one. */
  token(): Promise<string | undefined>;
}

/** An answer, and the answers that redirected to it. */
export interface HubAnswer {
  readonly response: Response;
  /** What the hub itself answered before it redirected; the answer's own headers without a redirect. */
  readonly hubHeaders: Headers;
}

const redirectsMax = 8;
const answerMs = 60_000;
const jsonBytesMax = 32 * 1024 * 1024;
const retryAfterMaxSeconds = 300;

/** Sends requests to the hub. Nothing is sent before a method is called. */
export class HubClient {
  readonly #options: HubOptions;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get address(): HubAddress {
    return this.#options.address();
  }

  /**
   * The answer for `url`, whose body the caller reads or cancels. Follows redirects; the token goes to the hub only,
   * never along a redirect to another host. Throws a CodedError of the domain `hub` whose message says what to do, and
   * request.cancelled.
   */
  async get(url: URL, signal: AbortSignal, headers: Readonly<Record<string, string>> = {}): Promise<HubAnswer> {
    const { address } = this;
    const token = await this.#options.token();
    let hubHeaders: Headers | undefined;
    for (let at = url, hops = 0; hops <= redirectsMax; hops++) {
      if (!address.allows(at)) throw new CodedError('hub.invalid', unsafeRedirect());
      const sent =
        token !== undefined && address.isHub(at) ? { ...headers, authorization: `Bearer ${token}` } : headers;
      const response = await this.#send(at, signal, sent);
      if (address.isHub(at)) hubHeaders = response.headers;
      const next = redirectOf(response, at);
      if (next === undefined) {
        if (response.ok) return { response, hubHeaders: hubHeaders ?? response.headers };
        await response.body?.cancel();
        throw refusal(response, token !== undefined);
      }
      await response.body?.cancel();
      at = next;
    }
    throw new CodedError('hub.invalid', translate('The hub redirects in a circle; try again later.'));
  }

  /** The JSON of an answer, and the address of the page after it. Throws as `get` does, and hub.invalid. */
  async json(url: URL, signal: AbortSignal): Promise<{ readonly value: unknown; readonly next: URL | undefined }> {
    const { response } = await this.get(url, signal, { accept: 'application/json' });
    try {
      const value: unknown = JSON.parse(await textOf(response));
      return { value, next: this.#nextPage(response, url) };
    } catch (cause) {
      if (signal.aborted) throw new CodedError('request.cancelled', translate('Stopped.'), { cause });
      if (cause instanceof CodedError) throw cause;
      throw notAHub(cause);
    }
  }

  async #send(url: URL, signal: AbortSignal, headers: Readonly<Record<string, string>>): Promise<Response> {
    const slow = new AbortController();
    const timer = setTimeout(() => slow.abort(), answerMs);
    try {
      return await this.#options.fetch(url, {
        headers: { 'user-agent': 'moonwright', 'accept-encoding': 'identity', ...headers },
        redirect: 'manual',
        signal: AbortSignal.any([signal, slow.signal]),
      });
    } catch (cause) {
      if (signal.aborted) throw new CodedError('request.cancelled', translate('Stopped.'), { cause });
      throw new CodedError('hub.unreachable', unreachable(url, cause), { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The `next` of a Link header. A hub pages long lists; only its own pages are read. */
  #nextPage(response: Response, from: URL): URL | undefined {
    const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
    if (link === undefined || !URL.canParse(link, from.href)) return undefined;
    const next = new URL(link, from);
    return this.address.isHub(next) ? next : undefined;
  }
}

/** Waits as long as the server asked for, at most five minutes; otherwise `otherwiseMs`. Rejects when stopped. */
export async function waitAsAsked(error: unknown, otherwiseMs: number, signal: AbortSignal): Promise<void> {
  const asked = error instanceof CodedError ? Number(error.data?.['retryAfter'] ?? Number.NaN) : Number.NaN;
  const ms = asked >= 0 ? Math.min(asked, retryAfterMaxSeconds) * 1000 : otherwiseMs;
  await delay(ms, undefined, { signal, ref: false });
}

function redirectOf(response: Response, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const location = response.headers.get('location') ?? '';
  if (!URL.canParse(location, from.href)) throw notAHub();
  return new URL(location, from);
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > jsonBytesMax) throw notAHub();
  }
  return text + decoder.decode();
}

function refusal(response: Response, hasToken: boolean): CodedError {
  const { status } = response;
  const data = { status };
  if (status === 401 || status === 403) {
    const text = hasToken
      ? translate(
          "The hub refuses access. Accept the model's terms on its page, and check that your token may read it.",
        )
      : translate(
          'The hub wants a login for this model. Accept its terms on its page, then run "Set the Hub\'s Token…".',
        );
    return new CodedError('hub.denied', text, { data });
  }
  if (status === 404 || status === 410)
    return new CodedError('hub.missing', translate('The hub has no such model or file; choose another.'), { data });
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const known = Number.isFinite(seconds) && seconds >= 0 ? { ...data, retryAfter: seconds } : data;
  if (status === 429) {
    const text = translate('The hub has had too many requests from here; resume in some minutes, or set a token.');
    return new CodedError('hub.unreachable', text, { data: known });
  }
  if (status >= 500 || status === 408)
    return new CodedError('hub.unreachable', translate('The hub is out of order ({0}); resume later.', status), {
      data: known,
    });
  return new CodedError('hub.invalid', translate('The hub answered {0}, which Moonwright does not know.', status), {
    data,
  });
}

function unreachable(url: URL, cause: unknown): string {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = reason instanceof Error && 'code' in reason && typeof reason.code === 'string' ? reason.code : undefined;
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code)) {
    return translate(
      "The certificate of {0} is not trusted ({1}); add your company's certificate to the system's.",
      url.host,
      code,
    );
  }
  return translate(
    '{0} cannot be reached ({1}); check the network and the proxy in the settings, then resume.',
    url.host,
    code ?? translate('no answer'),
  );
}

/** The error of an answer that breaks the hub's interface. */
export function notAHub(cause?: unknown): CodedError {
  const text = translate('The answer is not that of a hub; check the setting moonwright.hubEndpoint.');
  return new CodedError('hub.invalid', text, { cause });
}

function unsafeRedirect(): string {
  return translate('The hub leads to an address without https; Moonwright does not follow it.');
}
