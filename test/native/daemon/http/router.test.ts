// The model is scripted; the endpoint and the HTTP connection are real.
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointContext } from '../../../../native/daemon/http/endpoint-context.ts';
import type { ErrorCode, ErrorData } from '../../../../native/protocol/coded-error.ts';
import { CodedError } from '../../../../native/protocol/coded-error.ts';
import { EndpointHarness } from '../../../support/daemon/endpoint-harness.ts';
import { say, scriptedContext, scriptedModel } from '../../../support/daemon/scripted-model.ts';

const open: EndpointHarness[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((harness) => harness.stop()));
});

async function serve(context: EndpointContext): Promise<EndpointHarness> {
  const harness = await EndpointHarness.start(context);
  open.push(harness);
  return harness;
}

const hello = { model: 'scripted', messages: [{ role: 'user', content: 'hi' }] };

async function errorOf(response: Response): Promise<{ status: number; error: Record<string, unknown> }> {
  const body = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, error: body.error };
}

describe('the router', () => {
  it('words a refusal of the token as OpenAI does', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    const refused = await harness.post('/v1/chat/completions', hello, { headers: {} });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await errorOf(refused)).toMatchObject({
      status: 401,
      error: { type: 'invalid_request_error', code: 'invalid_api_key', param: null },
    });
  });

  it('says on /health that a model is loaded', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    const health = await harness.get('/health');
    expect(health.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await health.json()).toEqual({ status: 'ok', model: 'scripted' });
  });

  it('answers 404 for an unknown path, and 405 with Allow for a wrong method', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    expect(await errorOf(await harness.get('/v1/nothing'))).toMatchObject({
      status: 404,
      error: { code: 'unknown_url' },
    });
    const wrong = await harness.get('/v1/chat/completions');
    expect(wrong.headers.get('allow')).toBe('POST');
    expect((await errorOf(wrong)).status).toBe(405);
  });

  it('sends no CORS header to a client that is no web page', async () => {
    const harness = await serve(scriptedContext(scriptedModel({ chat: say('hi') })));
    const preflight = await harness.get('/v1/chat/completions', { method: 'OPTIONS' });
    const answer = await harness.post('/v1/chat/completions', hello);
    expect(preflight.status).toBe(405);
    expect(
      [...preflight.headers.keys(), ...answer.headers.keys()].filter((name) => name.startsWith('access-control')),
    ).toEqual([]);
  });

  it('answers 413 for a body beyond the limit, announced or not', async () => {
    const harness = await serve(scriptedContext(scriptedModel({}), { bodyBytesMax: 1000 }));
    expect(await errorOf(await harness.post('/v1/chat/completions', 'x'.repeat(2000)))).toMatchObject({
      status: 413,
      error: { limit: 1000, code: 'request.invalid' },
    });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${harness.url}/v1/chat/completions`,
        { method: 'POST', headers: { authorization: 'Bearer secret' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
      for (let at = 0; at < 10; at += 1) request.write('x'.repeat(500));
      request.end();
    });
    expect(status).toBe(413);
  });

  it('answers 413 for a body of too many values', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    const body = JSON.stringify({ ...hello, metadata: Array.from({ length: 600_000 }, () => []) });
    expect(await errorOf(await harness.post('/v1/chat/completions', body))).toMatchObject({
      status: 413,
      error: { message: expect.stringContaining('too many values') as string },
    });
  });

  it('answers 400 for a body that is no JSON', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    const { status, error } = await errorOf(await harness.post('/v1/chat/completions', '{"model": '));
    expect(status).toBe(400);
    expect(error.message).toMatch(/^Expected JSON/);
  });

  it('answers 400 for a body that is no UTF-8, and takes a byte order mark', async () => {
    const harness = await serve(scriptedContext(scriptedModel({ chat: say('hi') })));
    const text = JSON.stringify(hello);
    const send = (body: Uint8Array<ArrayBuffer>): Promise<Response> =>
      fetch(`${harness.url}/v1/chat/completions`, {
        method: 'POST',
        body,
        headers: { authorization: 'Bearer secret' },
      });
    const { status, error } = await errorOf(
      await send(Uint8Array.from(Buffer.from(text.replace('hi', 'h\xe9'), 'latin1'))),
    );
    expect([status, error.message]).toEqual([400, expect.stringMatching(/^Expected UTF-8/)]);
    expect((await send(Uint8Array.from(Buffer.from(`\uFEFF${text}`)))).status).toBe(200);
  });

  it('answers 415 for a compressed body', async () => {
    const harness = await serve(scriptedContext(scriptedModel({ chat: say('hi') })));
    const send = (encoding: string): Promise<Response> =>
      harness.post('/v1/chat/completions', hello, {
        headers: { authorization: 'Bearer secret', 'content-encoding': encoding },
      });
    expect(await errorOf(await send('gzip'))).toMatchObject({
      status: 415,
      error: { code: 'request.invalid', message: expect.stringContaining('without compression') },
    });
    expect((await send('identity')).status).toBe(200);
  });

  it('says which path is meant when a client adds /v1 to a base URL that has it', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    const { status, error } = await errorOf(await harness.post('/v1/v1/chat/completions', hello));
    expect([status, error.message]).toEqual([404, expect.stringContaining('Did you mean /v1/chat/completions?')]);
  });

  it('tells a client whose base URL lacks /v1 which path it means', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    expect(await errorOf(await harness.post('/chat/completions', hello))).toMatchObject({
      status: 404,
      error: { code: 'unknown_url', message: expect.stringContaining('Did you mean /v1/chat/completions?') },
    });
    expect((await errorOf(await harness.get('/nothing'))).error.message).not.toContain('Did you mean');
    expect((await harness.get('/v1x')).status).toBe(404);
  });

  it('takes paths with a slash at their end', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    for (const path of ['/v1/models/', '/health/', '/metrics/?x=1']) expect((await harness.get(path)).status).toBe(200);
  });

  it("answers 404 model_not_found for another model, and takes the loaded one's aliases", async () => {
    const harness = await serve(scriptedContext(scriptedModel({ chat: say('hi') })));
    expect(await errorOf(await harness.post('/v1/chat/completions', { ...hello, model: 'gpt-9' }))).toMatchObject({
      status: 404,
      error: {
        code: 'model_not_found',
        param: 'model',
        message: 'The model "gpt-9" is not loaded here. The loaded model is "scripted".',
      },
    });
    expect((await harness.post('/v1/chat/completions', { ...hello, model: 'scripted.gguf' })).status).toBe(200);
    expect((await harness.post('/v1/chat/completions', { messages: hello.messages })).status).toBe(200);
  });

  it('lists the loaded model and shows it by name', async () => {
    const harness = await serve(scriptedContext(scriptedModel({})));
    const list = await harness.client.models.list();
    expect(list.data).toMatchObject([
      { id: 'scripted', object: 'model', owned_by: 'moonwright', context_length: 1000 },
    ]);
    expect(await harness.client.models.retrieve('scripted')).toMatchObject({ id: 'scripted' });
    await expect(harness.client.models.retrieve('other')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it('answers 503 with Retry-After while a model loads', async () => {
    const context = scriptedContext(undefined);
    const loading = { ...context, status: () => ({ ...context.status(), loading: { model: 'nano', fraction: 0.42 } }) };
    const harness = await serve(loading);
    const response = await harness.get('/health');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await errorOf(response)).toMatchObject({
      status: 503,
      error: { message: 'nano is still loading (42 %). Try again soon.' },
    });
    await harness.post('/v1/chat/completions', hello);
    expect(context.logs).toEqual([]);
    expect(await (await harness.get('/v1/models')).json()).toMatchObject({ object: 'list', data: [] });
  });

  const failures: [ErrorCode, ErrorData, number, Record<string, unknown>][] = [
    [
      'context.overflow',
      { prompt: 1200, context: 1000 },
      400,
      { code: 'context_length_exceeded', prompt: 1200, context: 1000 },
    ],
    ['pool.overflow', { prompt: 1200, pool: 800 }, 400, { code: 'context_length_exceeded', prompt: 1200, pool: 800 }],
    ['queue.full', { retryAfterSeconds: 7.2 }, 429, { code: 'rate_limit_exceeded', type: 'rate_limit_error' }],
    ['template.failed', {}, 400, { code: 'template.failed' }],
    ['daemon.stopping', {}, 503, { code: 'daemon.stopping', type: 'server_error' }],
    ['engine.failed', {}, 500, { code: 'engine.failed', type: 'server_error' }],
  ];
  it.each(failures)('answers %s with its status, streaming or not', async (code, data, status, expected) => {
    const context = scriptedContext(
      scriptedModel({ chat: () => Promise.reject(new CodedError(code, 'What to do.', { data })) }),
    );
    const harness = await serve(context);
    for (const stream of [false, true]) {
      const response = await harness.post('/v1/chat/completions', { ...hello, stream });
      const waits = new Map([
        [429, '8'],
        [503, '1'],
      ]);
      expect(response.headers.get('retry-after')).toBe(waits.get(status) ?? null);
      expect(await errorOf(response)).toMatchObject({ status, error: { message: 'What to do.', ...expected } });
    }
    expect(context.logs).toHaveLength(status === 500 ? 2 : 0);
  });

  it('counts requests by endpoint and outcome', async () => {
    const context = scriptedContext(scriptedModel({ chat: say('hi') }));
    const harness = await serve(context);
    await harness.post('/v1/chat/completions', hello);
    await harness.post('/v1/chat/completions', {});
    await harness.get('/v1/models/scripted');
    await harness.get('/elsewhere');
    expect(context.counters.list()).toEqual([
      { endpoint: '/v1/chat/completions', outcome: 'ok', count: 1 },
      { endpoint: '/v1/chat/completions', outcome: 'invalid', count: 1 },
      { endpoint: '/v1/models/:id', outcome: 'ok', count: 1 },
      { endpoint: 'other', outcome: 'invalid', count: 1 },
    ]);
  });
});
