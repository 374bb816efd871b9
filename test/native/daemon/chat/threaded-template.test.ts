import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { ContentGuard } from '../../../../native/daemon/chat/content-guard.ts';
import { spendSteps, withinSteps } from '../../../../native/daemon/chat/jinja/template-work.ts';
import { SpecialTokenMatcher } from '../../../../native/daemon/chat/special-token-matcher.ts';
import { ChatTemplate } from '../../../../native/daemon/chat/template.ts';
import type { RenderRequest } from '../../../../native/daemon/chat/template.ts';
import { ThreadedTemplate } from '../../../../native/daemon/chat/threaded-template.ts';
import { TemplateThread } from '../../../../native/daemon/chat/template-thread.ts';
import type { TemplateSource, TemplateThreadOptions } from '../../../../native/daemon/chat/template-thread.ts';
import type { ChatMessage } from '../../../../native/protocol/chat.ts';
import { call, result, tools } from '../../../support/daemon/chat-setting.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { readTemplate, templateFamilies } from '../../../support/models/template-families.ts';

const plain = '{% for m in messages %}[{{ m.content }}]{% endfor %}';
/** Takes a thousand steps for each of many messages. */
const rounds = '{% for i in range(messages | length * 200) %}{% if i == 7 %}.{% endif %}{% endfor %}';
const slow = `${plain}{% if messages | length > 10 %}${rounds}{% endif %}`;
const open: { close(): void }[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

function sourceOf(source: string | undefined, family = templateFamilies[0]!): TemplateSource {
  const { vocabulary } = fakeVocabulary(family);
  return { source, tokens: { bos: '<s>', eos: '</s>' }, specialTokens: vocabulary.specialTokens() };
}

function guardOf(source: TemplateSource): ContentGuard {
  return new ContentGuard(new SpecialTokenMatcher(source.specialTokens));
}

function thread(source: TemplateSource, options?: TemplateThreadOptions): TemplateThread {
  const made = new TemplateThread(source, options);
  open.push(made);
  return made;
}

/** A template, and how often its thread was started. */
function threaded(text: string, script?: string): { template: ThreadedTemplate; started: () => number } {
  let started = 0;
  const source = sourceOf(text);
  const start = (): Worker => {
    started++;
    return new Worker(script ?? answering('from the thread'), { eval: true });
  };
  const template = new ThreadedTemplate(source, guardOf(source), { start });
  open.push(template);
  return { template, started: () => started };
}

function answering(text: string): string {
  const reply = JSON.stringify({ kind: 'text', text });
  return `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', () => parentPort.postMessage(${reply}));`;
}

function request(messages: readonly ChatMessage[], more: Partial<RenderRequest> = {}): RenderRequest {
  const now = new Date(2026, 0, 2);
  return { messages, tools: [], templateOptions: {}, generationPrompt: true, now, ...more };
}

const users = (count: number, content = 'a'): ChatMessage[] =>
  Array.from({ length: count }, () => ({ role: 'user', content }));

describe('the thread of a template', () => {
  it.each(templateFamilies.map((family) => [family.name, family] as const))(
    'writes the same as this thread: %s',
    async (name, family) => {
      const source = sourceOf(readTemplate(name), family);
      const here = new ChatTemplate(source.source, source.tokens, guardOf(source));
      const there = thread(source);
      expect(await there.ask({ kind: 'shape' })).toEqual({ kind: 'shape', shape: here.shape });
      const hostile = family.control?.[0] ?? '';
      const numbers = { ...call(1), toolCalls: [{ ...call(1).toolCalls![0]!, arguments: '{"path": 1.0, "b": 1e3}' }] };
      const messages = [{ role: 'user', content: `One ${hostile}` } as const, call(0), result(0), numbers, result(1)];
      for (const one of [
        request(messages, { tools }),
        request(users(2), { templateOptions: { enable_thinking: false } }),
      ])
        expect(await there.ask({ kind: 'render', request: one })).toEqual({ kind: 'text', text: here.render(one) });
    },
  );

  it('tells a refusal in the words of this thread', async () => {
    const source = sourceOf("{{ raise_exception('Only one message') }}");
    await expect(thread(source).ask({ kind: 'render', request: request(users(1)) })).rejects.toMatchObject({
      code: 'template.failed',
      message: "The model's chat template refuses these messages: Only one message.",
    });
  });

  it('is ended when it takes too long, and the next question has one of its own', async () => {
    const scripts = ['for (;;) {}', answering('again')];
    const start = (): Worker => new Worker(scripts.shift() ?? '', { eval: true });
    const one = thread(sourceOf(plain), { start, limitMs: 2_000 });
    const first = one.ask({ kind: 'render', request: request(users(1)) });
    const second = one.ask({ kind: 'render', request: request(users(2)) });
    await expect(first).rejects.toMatchObject({
      code: 'template.failed',
      message: expect.stringContaining('longer than 2 seconds') as string,
    });
    expect(await second).toEqual({ kind: 'text', text: 'again' });
  });

  it('is refused for its work, however fast the machine is', async () => {
    const endless = '{% for i in range(100000) %}{% for j in range(100000) %}{{ j }}{% endfor %}{% endfor %}';
    const one = thread(sourceOf(`${plain}{% if messages | length > 10 %}${endless}{% endif %}`));
    await expect(one.ask({ kind: 'render', request: request(users(11)) })).rejects.toMatchObject({
      code: 'template.failed',
      message: expect.stringContaining('too many steps') as string,
    });
  });

  it('keeps nobody waiting who no longer wants the answer', async () => {
    const scripts = ['for (;;) {}', answering('again')];
    const start = (): Worker => new Worker(scripts.shift() ?? '', { eval: true });
    const one = thread(sourceOf(plain), { start });
    const [running, waiting] = [new AbortController(), new AbortController()];
    const question = { kind: 'render', request: request(users(1)) } as const;
    const refused = [running, waiting].map((each) =>
      expect(one.ask(question, each.signal)).rejects.toMatchObject({ code: 'request.cancelled' }),
    );
    const last = one.ask(question);
    waiting.abort();
    running.abort();
    await Promise.all(refused);
    expect(await last).toEqual({ kind: 'text', text: 'again' });
    await expect(one.ask(question, running.signal)).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('fails the question in whose time it ends by itself', async () => {
    const scripts = ["throw new Error('out of memory')", answering('again')];
    const start = (): Worker => new Worker(scripts.shift() ?? '', { eval: true });
    const one = thread(sourceOf(plain), { start });
    const question = { kind: 'render', request: request(users(1)) } as const;
    await expect(one.ask(question)).rejects.toMatchObject({
      code: 'template.failed',
      message: expect.stringContaining('out of memory') as string,
    });
    expect(await one.ask(question)).toEqual({ kind: 'text', text: 'again' });
  });

  it('refuses what waits for it when the model is unloaded', async () => {
    const one = thread(sourceOf(plain), { start: () => new Worker('for (;;) {}', { eval: true }) });
    const question = { kind: 'render', request: request(users(1)) } as const;
    const refused = [one.ask(question), one.ask(question)].map((each) =>
      expect(each).rejects.toMatchObject({ code: 'model.not-loaded' }),
    );
    one.close();
    await Promise.all(refused);
    await expect(one.ask(question)).rejects.toMatchObject({ code: 'model.not-loaded' });
  });
});

describe('a rendering', () => {
  it('stays on this thread while it is small', async () => {
    const { template, started } = threaded(plain);
    expect(await template.render(request(users(3)))).toBe('[a][a][a]');
    expect(started()).toBe(0);
  });

  it.each([
    ['many steps', slow, users(40)],
    ['many messages', plain, users(600)],
    ['long texts', plain, users(2, 'a'.repeat(200_000))],
  ])('is done on the thread where it has %s', async (_, source, messages) => {
    const { template, started } = threaded(source);
    expect(await template.render(request(messages))).toBe('from the thread');
    expect(started()).toBe(1);
  });

  it('takes few steps of this thread before it goes to the other', async () => {
    let written = 0;
    const now = new (class extends Date {
      override getFullYear(): number {
        written++;
        return 2026;
      }
    })();
    const dates = "{% for i in range(100000) %}{{ strftime_now('%Y') }}{% endfor %}";
    const { template } = threaded(`${plain}{% if messages | length > 10 %}${dates}{% endif %}`);
    expect(await template.render(request(users(11), { now }))).toBe('from the thread');
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(20_000);
  });

  it('gives way to small ones of other conversations', async () => {
    const source = sourceOf(slow);
    const template = new ThreadedTemplate(source, guardOf(source));
    open.push(template);
    await template.shape();
    const done: string[] = [];
    const long = template.render(request(users(400))).then((text) => done.push(`long ${text.length}`));
    await template.render(request(users(2))).then((text) => done.push(text));
    await long;
    expect(done).toEqual(['[a][a]', 'long 1201']);
  });

  it('has the shape of its template from the thread where probing takes long', async () => {
    const source = sourceOf(`{% for i in range(10000) %}{% if i == 7 %}.{% endif %}{% endfor %}${plain}`);
    const template = new ThreadedTemplate(source, guardOf(source));
    open.push(template);
    expect(await template.shape()).toEqual(new ChatTemplate(source.source, source.tokens, guardOf(source)).shape);
    expect(await template.render(request(users(1)))).toBe('.[a]');
  });
});

describe('a count of steps', () => {
  it('counts for the counts around it as well', () => {
    const spend = (): void => withinSteps(100, () => spendSteps(60));
    expect(() => withinSteps(100, () => (spend(), spend()))).toThrow('too many steps');
    expect(() => withinSteps(200, () => (spend(), spend()))).not.toThrow();
    expect(() => spend()).not.toThrow();
  });
});
