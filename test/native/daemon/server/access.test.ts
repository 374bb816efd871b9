import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocket, RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';
import { startFakeDaemon } from '../../../support/daemon/fake-daemon.ts';
import type { FakeDaemon } from '../../../support/daemon/fake-daemon.ts';

let fake: FakeDaemon;
let open: FakeDaemon;

beforeAll(async () => {
  fake = await startFakeDaemon();
  open = await startFakeDaemon({
    access: { token: 'secret-token', allowedOrigins: ['http://localhost:3000'] },
    endpoint: (request, response) => Promise.resolve(void response.end(`openai ${request.url}`)),
  });
});
afterAll(() => Promise.all([fake.daemon.stop('test'), open.daemon.stop('test')]));

interface Answer {
  status: number;
  body: string;
  headers: Record<string, unknown>;
}

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, method }, (response) => {
      let body = '';
      response
        .on('data', (data) => (body += String(data)))
        .on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    call.on('error', reject).end();
  });
}

/** Sends lines as they are, and reads until the connection is closed. */
function raw(url: string, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    socket.on('data', (data) => (answer += String(data)));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

const status = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 101,
    (error: { data?: { status: number } }) => error.data?.status,
  );

describe('a WebSocket client', () => {
  it('is refused without the token, with a wrong one, and with the token in other places', async () => {
    expect(await status(openSocket({ url: fake.url, token: 'wrong' }))).toBe(401);
    expect(await status(openSocket({ url: fake.url, token: '' }))).toBe(401);
    expect(await status(openSocket({ url: `${fake.url}/?token=${fake.token}`, token: 'x' }))).toBe(401);
    expect(await status(openSocket({ url: fake.url, token: `${fake.token}x` }))).toBe(401);
  });

  it('is refused when it is a web page, whatever its token', async () => {
    expect(await status(openSocket(fake, { origin: 'http://localhost:3000' }))).toBe(403);
    expect(await status(openSocket(fake, { origin: 'null' }))).toBe(403);
    expect(await status(openSocket(open, { origin: 'http://localhost:3000' }))).toBe(101);
  });

  it('is refused under a foreign host name', async () => {
    expect(await status(openSocket(fake, { host: 'evil.example' }))).toBe(403);
    expect(await status(openSocket(fake, { host: '127.0.0.1.evil.example:80' }))).toBe(403);
    expect(await status(openSocket(fake, { host: 'localhost:1' }))).toBe(101);
  });

  it('is refused at other paths', async () => {
    expect(await status(openSocket({ url: `${fake.url}/other`, token: fake.token }))).toBe(404);
  });

  it('is served with the right token', async () => {
    const client = await RpcClient.connect(fake);
    expect(client.hello.pid).toBe(process.pid);
    await client.close();
  });
});

describe('plain HTTP', () => {
  const bearer = { authorization: 'Bearer secret-token' };

  it('tells who the daemon is to whoever has the token', async () => {
    expect((await get(fake.url)).status).toBe(401);
    expect(JSON.parse((await get(fake.url, bearer)).body)).toMatchObject({ pid: process.pid, protocol: 1 });
  });

  it('has no OpenAI endpoint unless it is enabled', async () => {
    for (const path of ['/v1/models', '/health', '/metrics'])
      expect((await get(fake.url + path, bearer)).status).toBe(404);
  });

  it('hands the endpoint its requests, with the token only', async () => {
    for (const path of ['/v1/models', '/v1/chat/completions?x=1', '/health', '/metrics'])
      expect((await get(open.url + path, bearer)).body).toBe(`openai ${path}`);
    const refused = await get(`${open.url}/v1/models`);
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.body)).toMatchObject({
      error: { type: 'invalid_request_error', code: 'invalid_api_key' },
    });
  });

  it('takes the token as clients of Anthropic send it, unless Authorization says another', async () => {
    const key = { 'x-api-key': 'secret-token' };
    expect((await get(fake.url, key)).status).toBe(200);
    expect((await get(fake.url, { 'x-api-key': 'other' })).status).toBe(401);
    expect((await get(fake.url, { ...key, authorization: 'Bearer other' })).status).toBe(401);
  });

  it('keeps idle connections longer than clients do', async () => {
    expect((await get(open.url, { ...bearer, connection: 'keep-alive' })).headers['keep-alive']).toBe('timeout=75');
  });

  it('lets an allowed page send the headers it asks for', async () => {
    const asked = {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-stainless-os',
    };
    expect((await get(`${open.url}/v1/models`, asked, 'OPTIONS')).headers['access-control-allow-headers']).toBe(
      'authorization,content-type,x-stainless-os',
    );
    expect(
      (await get(`${open.url}/v1/models`, { ...asked, origin: 'http://evil.example' }, 'OPTIONS')).headers[
        'access-control-allow-headers'
      ],
    ).toBeUndefined();
  });

  it('says without a token only whether it is up', async () => {
    expect(await get(`${open.url}/health`)).toMatchObject({ status: 503, body: '{"status":"loading"}' });
    await open.lifecycle.load({ model: 'fake' }, () => undefined, new AbortController().signal);
    expect(await get(`${open.url}/health`)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it('refuses foreign hosts and origins, and answers allowed origins by name', async () => {
    const foreign = await get(open.url, { ...bearer, host: 'evil.example' });
    expect([foreign.status, JSON.parse(foreign.body)]).toEqual([
      403,
      { error: expect.objectContaining({ type: 'invalid_request_error', param: null, code: 'auth.denied' }) },
    ]);
    expect((await get(open.url, { ...bearer, origin: 'http://evil.example' })).status).toBe(403);
    const allowed = await get(`${open.url}/v1/models`, { ...bearer, origin: 'http://localhost:3000' });
    expect(allowed.headers['access-control-allow-origin']).toBe('http://localhost:3000');
    expect(allowed.headers['access-control-expose-headers']).toContain('retry-after');
    expect((await get(`${open.url}/v1/models`, { origin: 'http://localhost:3000' }, 'OPTIONS')).status).toBe(204);
  });

  it.each([
    'Host: 127.0.0.1',
    'Authorization: Bearer secret-token',
    'X-Api-Key: secret',
    'Origin: http://localhost:3000',
  ])('refuses two headers %s, as HTTP and as a WebSocket', async (header) => {
    const two = [header, header.replace(/: .*/, ': other')];
    for (const [first, second] of [two, [...two].reverse()])
      for (const upgrade of [[], ['Upgrade: websocket', 'Connection: Upgrade']]) {
        const needed = ['Host: 127.0.0.1', 'Authorization: Bearer secret-token'].filter((line) => line !== header);
        const answer = await raw(open.url, ['GET / HTTP/1.1', ...needed, first!, second!, ...upgrade]);
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).toContain(`Expected one ${header.split(':')[0]} header but received several.`);
      }
  });

  it('survives what is no HTTP at all', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(fake.url).port), '127.0.0.1', () =>
        socket.end('\x00\x01 nonsense\r\n\r\n'),
      );
      socket
        .on('error', () => undefined)
        .on('close', () => resolve())
        .resume();
    });
    expect((await get(fake.url, bearer)).status).toBe(200);
  });
});
