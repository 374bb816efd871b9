// Faked: fetch. What is sent where.
import { describe, expect, it } from 'vitest';
import { HubAddress } from '../../../extension/models/hub-address.ts';
import { HubClient } from '../../../extension/models/hub-client.ts';

interface Sent {
  readonly url: string;
  readonly token: string | null;
}

/** A client whose server answers with `answers`, one after the other, and what it sent. */
function client(endpoint: string, ...answers: readonly Response[]): { readonly hub: HubClient; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const rest = [...answers];
  const hub = new HubClient({
    fetch: async (url, init) => {
      expect(init.redirect).toBe('manual');
      sent.push({ url: url.href, token: new Headers(init.headers).get('authorization') });
      return rest.shift() ?? new Response('[]');
    },
    address: () => new HubAddress(endpoint),
    token: async () => 'secret',
  });
  return { hub, sent };
}

function redirect(location: string, status = 302): Response {
  return new Response(null, { status, headers: { location } });
}

const { signal } = new AbortController();

describe('the address of the hub', () => {
  it.each([
    'http://hub.example',
    'ftp://hub.example',
    'hub.example',
    '',
    'https://user:pass@hub.example',
    'file:///etc',
  ])('may not be %s', (endpoint) => {
    expect(() => new HubAddress(endpoint)).toThrow(/moonwright\.hubEndpoint must be an https/);
  });

  it.each(['https://huggingface.co', 'https://mirror.example/hf/', 'http://127.0.0.1:8080', 'http://localhost:1'])(
    'may be %s',
    (endpoint) => {
      const url = new HubAddress(endpoint).file('moon/Tiny-GGUF', 'c'.repeat(40), 'Q4 0/a#b.gguf');
      expect(url.href).toBe(
        `${endpoint.replace(/\/$/, '')}/moon/Tiny-GGUF/resolve/${'c'.repeat(40)}/Q4%200/a%23b.gguf`,
      );
    },
  );

  it.each(['moon', 'moon/../x', '../x', 'moon/x/y', 'moon/x?y', '.moon/x', 'a--b/c'])(
    'takes no repository called %s',
    (name) => {
      expect(() => new HubAddress('https://hub.example').repository(name)).toThrow(/names no repository/);
    },
  );
});

describe('a request to the hub', () => {
  it('carries the token to the hub, also after a redirect on it, and to no other host', async () => {
    const { hub, sent } = client(
      'https://hub.example',
      redirect('/moved'),
      redirect('https://cdn.example/blob?signed=1', 307),
      redirect('https://hub.example.evil/blob'),
    );
    await hub.get(new URL('https://hub.example/file'), signal);
    expect(sent).toEqual([
      { url: 'https://hub.example/file', token: 'Bearer secret' },
      { url: 'https://hub.example/moved', token: 'Bearer secret' },
      { url: 'https://cdn.example/blob?signed=1', token: null },
      { url: 'https://hub.example.evil/blob', token: null },
    ]);
  });

  it.each(['http://cdn.example/blob', 'http://127.0.0.1/blob', 'file:///etc/passwd'])(
    'does not follow a redirect to %s',
    async (location) => {
      const { hub, sent } = client('https://hub.example', redirect(location));
      await expect(hub.get(new URL('https://hub.example/file'), signal)).rejects.toMatchObject({ code: 'hub.invalid' });
      expect(sent.length).toBe(1);
    },
  );

  it('ends when the hub redirects in a circle', async () => {
    const { hub, sent } = client('https://hub.example', ...Array.from({ length: 20 }, () => redirect('/again')));
    await expect(hub.get(new URL('https://hub.example/file'), signal)).rejects.toThrow(/in a circle/);
    expect(sent.length).toBeLessThan(20);
  });

  it('reads further pages from the hub only', async () => {
    const page = (link: string): Response => new Response('[]', { headers: { link } });
    const { hub } = client(
      'https://hub.example',
      page('<https://hub.example/list?cursor=2>; rel="next"'),
      page('<https://evil.example/list?cursor=2>; rel="next"'),
    );
    const from = new URL('https://hub.example/list');
    expect((await hub.json(from, signal)).next?.href).toBe('https://hub.example/list?cursor=2');
    expect((await hub.json(from, signal)).next).toBeUndefined();
  });

  it('says that the hub is none when it answers with a page for people', async () => {
    const { hub } = client('https://hub.example', new Response('<html>'));
    await expect(hub.json(new URL('https://hub.example/list'), signal)).rejects.toThrow(/not that of a hub/);
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', /certificate of hub\.example is not trusted/],
    ['ECONNREFUSED', /hub\.example cannot be reached \(ECONNREFUSED\); check the network and the proxy/],
  ])('says what to do about %s', async (code, sentence) => {
    const hub = new HubClient({
      fetch: async () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) });
      },
      address: () => new HubAddress('https://hub.example'),
      token: async () => undefined,
    });
    await expect(hub.get(new URL('https://hub.example/file'), signal)).rejects.toThrow(sentence);
  });
});
