// nano in this process with a queue of one, so that it is full soon; the endpoint and the client are real.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import { endpointModel } from '../../../../native/daemon/http/runtime-adapter.ts';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { loadNano } from '../../../support/models/nano-runtime.ts';
import { EndpointHarness } from '../../../support/daemon/endpoint-harness.ts';
import { scriptedContext } from '../../../support/daemon/scripted-model.ts';

let runtime: ModelRuntime;
let runner: PromptRunner;
let harness: EndpointHarness;
beforeAll(async () => {
  runtime = await loadNano({ contextTokens: 1024 });
  runner = new PromptRunner(runtime.engine, { contextTokens: 1024, parallel: 1, queueMax: 1, rewindable: true });
  harness = await EndpointHarness.start(scriptedContext(endpointModel({ ...runtime, runner }, [])));
});
afterAll(async () => {
  await harness?.stop();
  await runner?.close();
  await runtime?.close();
});

const endless = {
  type: 'json_schema' as const,
  json_schema: { name: 'list', schema: { type: 'array', minItems: 200, items: { enum: ['a long enough word'] } } },
};
const long = {
  model: 'nano',
  messages: [{ role: 'user' as const, content: 'hello' }],
  response_format: endless,
  stream: true as const,
};

describe('a full queue', () => {
  it('is a 429 with Retry-After, streaming or not, and harms nobody who waits', async () => {
    const running = await harness.client.chat.completions.create(long);
    const reader = running[Symbol.asyncIterator]();
    await reader.next();
    // The second waits: its stream begins when it is told so.
    const waiting = await harness.client.chat.completions.create(long);
    expect(runner.stats()).toMatchObject({ running: 1, waiting: 1 });
    for (const stream of [true, false]) {
      const refused = await harness.post('/v1/chat/completions', { ...long, stream });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await refused.json()).toMatchObject({
        error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', waiting: 1 },
      });
    }
    running.controller.abort();
    let served = false;
    for await (const chunk of waiting) {
      served ||= (chunk.choices[0]?.delta.content ?? '') !== '';
      if (served) break;
    }
    expect(served).toBe(true);
  });
});
