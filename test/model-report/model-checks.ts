import type { ModelRuntime } from '../../native/daemon/session/model-runtime.ts';
import { SessionStore } from '../../native/daemon/session/session-store.ts';
import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateOptions } from '../../native/protocol/generation.ts';
import type { LogEntry, Result } from '../../native/protocol/methods.ts';

/** How a check ended: `fails` is a defect of the model's support here, `notes` a fact of the model. */
export interface CheckResult {
  readonly outcome: 'works' | 'fails' | 'notes';
  readonly detail: string;
}

export interface ModelCheck {
  readonly name: string;
  readonly run: (model: ModelUnderTest) => Promise<CheckResult>;
}

/** A loaded model with a session store, and the replies' settings that make runs comparable. */
export class ModelUnderTest {
  readonly runtime: ModelRuntime;
  readonly store: SessionStore;

  constructor(runtime: ModelRuntime) {
    this.runtime = runtime;
    this.store = new SessionStore({ runtime: () => runtime });
  }

  async open(
    messages: readonly ChatMessage[],
    tools: readonly ToolDefinition[] = [],
    entries: readonly LogEntry[] = [],
  ): Promise<string> {
    const { session } = await this.store.create({ messages, tools, entries });
    return session;
  }

  generate(session: string, options: GenerateOptions = {}): Promise<Result<'session.generate'>> {
    const { signal } = new AbortController();
    const all = { maxTokens: 48, sampling: { temperature: 0 }, ...options };
    return this.store.generate({ session, options: all }, () => undefined, { signal });
  }
}

const system: ChatMessage = { role: 'system', content: 'You are a helpful coding assistant.' };
const readFile: ToolDefinition = {
  name: 'read_file',
  description: 'Reads a file of the project.',
  parameters: {
    type: 'object',
    properties: { path: { type: 'string' }, lines: { type: 'integer' } },
    required: ['path'],
  },
};
const user = (content: string): ChatMessage => ({ role: 'user', content });
const works = (detail: string): CheckResult => ({ outcome: 'works', detail });
const fails = (detail: string): CheckResult => ({ outcome: 'fails', detail });
const notes = (detail: string): CheckResult => ({ outcome: 'notes', detail });
const share = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

/** Any text comes back from its tokens. */
async function tokensRoundTrip({ runtime }: ModelUnderTest): Promise<CheckResult> {
  const texts = ['if (a < b) {\n\treturn `${a}`;\n}\n', 'Zwölf größte Bäume, 你好，世界 🌙', '\r\n\u00a0 \u200b x'];
  const all = await runtime.model.tokenizeMany(texts, false);
  for (const [at, text] of texts.entries()) {
    const back = runtime.vocabulary.text([...(all[at] ?? [])]);
    if (back !== text && back !== ` ${text}`) return fails(`${JSON.stringify(text)} became ${JSON.stringify(back)}`);
  }
  return works(`${texts.length} texts`);
}

const systemFact = {
  none: 'system text goes into user messages',
  one: 'one system message',
  leading: 'system messages at the start',
  anywhere: 'system messages anywhere',
};

/** What the chat template does, as probed. */
async function templateShape({ runtime }: ModelUnderTest): Promise<CheckResult> {
  const { template, format } = runtime.chatModel;
  const { history, tools, severalCalls } = await template.shape();
  const facts = [
    systemFact[history.systems],
    tools ? 'renders tools' : 'tools are listed in text',
    severalCalls ? 'several calls per message' : 'one call per message',
    format.markers.length > 0 ? `marks ${format.markers.join(' ')}` : 'no marks of its own',
  ];
  return notes(facts.join('; '));
}

/** Each turn of a conversation computes only what is new. */
async function reuseOverTurns(model: ModelUnderTest): Promise<CheckResult> {
  const session = await model.open([system]);
  let [computed, prompts, unneeded, before] = [0, 0, 0, 0];
  for (const turn of [1, 2, 3, 4, 5]) {
    await model.store.append({ session, messages: [user(`Question ${turn}: what does a parser do?`)] });
    const { usage, recomputed } = await model.generate(session, { maxTokens: 24 });
    computed += usage.computed;
    prompts += usage.computed + usage.reused;
    if (turn > 1 && recomputed !== undefined) unneeded += before - usage.reused;
    before = usage.computed + usage.reused + usage.generated - 1;
  }
  const detail = `5 turns: ${computed} of ${prompts} prompt tokens computed, ${unneeded} of them again`;
  return unneeded === 0 ? works(detail) : fails(detail);
}

/** A call that the request forces comes, and its arguments fit the schema. */
async function forcedCall(model: ModelUnderTest): Promise<CheckResult> {
  const session = await model.open([system, user('Look at src/main.js.')], [readFile]);
  const { message } = await model.generate(session, { toolChoice: { name: 'read_file' }, maxTokens: 256 });
  const [call] = message.toolCalls ?? [];
  if (call?.name !== 'read_file') return fails(`no call, but ${JSON.stringify(message.content.slice(0, 80))}`);
  return fitsReadFile(call.arguments) ? works(call.arguments) : fails(`arguments ${call.arguments}`);
}

/** Whether the model calls a tool by itself; a weak one does not. */
async function freeCall(model: ModelUnderTest): Promise<CheckResult> {
  const session = await model.open([system, user('Use read_file to read the file src/main.js.')], [readFile]);
  const { message, brokenCalls } = await model.generate(session, { maxTokens: 256 });
  const [call] = message.toolCalls ?? [];
  if (call !== undefined) return works(`${call.name} ${call.arguments}`);
  const said = JSON.stringify(message.content.slice(0, 60));
  return notes(brokenCalls.length > 0 ? `a broken call: ${brokenCalls[0]?.advice ?? ''}` : `no call, but ${said}`);
}

/** The turn after a call reuses the call as it was generated. */
async function reuseAfterCall(model: ModelUnderTest): Promise<CheckResult> {
  const session = await model.open([system, user('Look at src/main.js.')], [readFile]);
  const { message, usage } = await model.generate(session, { toolChoice: 'required', maxTokens: 256 });
  const [call] = message.toolCalls ?? [];
  if (call === undefined) return fails('no call came');
  const result: ChatMessage = { role: 'tool', toolCallId: call.id, name: call.name, content: 'let a = 1;' };
  await model.store.append({ session, messages: [result] });
  const next = await model.generate(session, { toolChoice: 'none' });
  const known = usage.reused + usage.computed + usage.generated - 1;
  const detail = `${share(next.usage.reused, known)} of ${known} known tokens`;
  return next.usage.reused >= 0.95 * known ? works(detail) : fails(`${detail}. ${next.recomputed ?? ''}`);
}

/** A conversation restored from its stored ids goes on as if it had not been closed. */
async function restore(model: ModelUnderTest): Promise<CheckResult> {
  const session = await model.open([system, user('What is a lexer?')]);
  await model.generate(session);
  await model.store.append({ session, messages: [user('And a parser?')] });
  const { entries, tokens } = model.store.attach({ session });
  const { message } = await model.generate(session);
  model.store.close({ session });
  const again = await model.open([], [], entries);
  const restored = model.store.attach({ session: again }).tokens;
  const second = await model.generate(again);
  if (restored !== tokens) return fails(`${restored} tokens instead of ${tokens}`);
  const same = second.message.content === message.content;
  return same ? works(`${tokens} tokens, the same greedy answer`) : fails('another greedy answer');
}

/** An answer that must fit a schema does. */
async function schemaAnswer(model: ModelUnderTest): Promise<CheckResult> {
  const session = await model.open([system, user('Give a name and an age as JSON.')]);
  const { message, finish } = await model.generate(session, {
    maxTokens: 512,
    responseFormat: {
      type: 'schema',
      schema: {
        type: 'object',
        properties: { name: { type: 'string', maxLength: 20 }, age: { type: 'integer' } },
        required: ['name', 'age'],
        additionalProperties: false,
      },
    },
  });
  try {
    const value = JSON.parse(message.content) as { readonly name?: unknown; readonly age?: unknown };
    const fits = typeof value.name === 'string' && Number.isInteger(value.age);
    return fits ? works(message.content.replaceAll(/\s+/g, ' ')) : fails(message.content);
  } catch {
    return fails(`${finish}: ${message.content.slice(0, 80)}`);
  }
}

/** The model fills a gap by its own marks, if it has them. */
async function fillInTheMiddle({ runtime }: ModelUnderTest): Promise<CheckResult> {
  const { fillPrefix, fillSuffix, fillMiddle } = runtime.model.vocabulary();
  if (fillPrefix < 0 || fillSuffix < 0 || fillMiddle < 0) return notes('the file names no marks for it');
  return notes(`marks ${runtime.vocabulary.text([fillPrefix, fillSuffix, fillMiddle])}`);
}

/** Tokens per second of this run: compare models on one quiet machine only. */
async function speed(model: ModelUnderTest): Promise<CheckResult> {
  const text = Array.from({ length: 200 }, (_, at) => `Line ${at} of a text.`).join('\n');
  const session = await model.open([system, user(text)]);
  const { usage, timings } = await model.generate(session, { maxTokens: 64 });
  const prefill = (1000 * usage.computed) / Math.max(1, timings.prefill);
  const decode = (1000 * Math.max(0, usage.generated - 1)) / Math.max(1, timings.decode);
  const answer = `answer ${decode.toFixed(1)}/s (${usage.generated})`;
  return notes(`prompt ${prefill.toFixed(0)}/s (${usage.computed} tokens), ${answer}`);
}

function fitsReadFile(text: string): boolean {
  const value = JSON.parse(text) as { readonly path?: unknown; readonly lines?: unknown };
  return typeof value.path === 'string' && (value.lines === undefined || Number.isInteger(value.lines));
}

export const modelChecks: readonly ModelCheck[] = [
  { name: 'texts survive their tokens', run: tokensRoundTrip },
  { name: 'chat template', run: templateShape },
  { name: 'turns compute only what is new', run: reuseOverTurns },
  { name: 'a forced call comes and fits', run: forcedCall },
  { name: 'calls a tool by itself', run: freeCall },
  { name: 'a call is reused after its result', run: reuseAfterCall },
  { name: 'a stored conversation goes on', run: restore },
  { name: 'an answer fits its schema', run: schemaAnswer },
  { name: 'fills gaps', run: fillInTheMiddle },
  { name: 'speed', run: speed },
];
