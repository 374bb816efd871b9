import type { CompletionRequest, RawPrompt } from './completion-request.ts';
import type { Completed, CompletionSink } from './completion-run.ts';
import type { ReplyIdentity } from '../../wire/reply-identity.ts';
import type { RouteCall } from '../../route.ts';
import type { EndpointModel } from '../../endpoint-model.ts';
import { completionLogprobs } from './completion-logprobs.ts';
import { promptTokens } from './completion-prompt.ts';
import { parseCompletionFields, readCompletionRequest } from './completion-request.ts';
import { runCompletions } from './completion-run.ts';
import { EventStream } from '../../wire/event-stream.ts';
import { chooseModel } from '../../model-choice.ts';
import { newReply } from '../../wire/reply-identity.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../../local/request-body.ts';
import { sendJson } from '../../route.ts';
import { keepAliveMsDefault, streamAnswer } from '../../wire/stream-answer.ts';
import { timingsOf } from '../../wire/timings.ts';
import { usageBody } from '../../wire/usage.ts';

/** POST /v1/completions: text from a raw prompt, or between a prompt and a suffix. */
export async function completions({ request, response, context, signal }: RouteCall): Promise<void> {
  const fields = parseCompletionFields(await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseModel(context, fields.model);
  const wanted = readCompletionRequest(fields, model.vocabulary.size);
  const prompts = await promptTokens(model, wanted.prompts, wanted.suffix);
  const reply = newReply('cmpl', model);
  if (!wanted.stream) {
    const silent: CompletionSink = { started: () => undefined, text: () => undefined, ended: () => undefined };
    const done = await runCompletions(model, wanted, prompts, silent, { signal });
    sendJson(response, {
      ...identity(reply),
      choices: done.map((choice, index) => choiceBody(model, wanted, choice, index)),
      ...spent(wanted, done),
    });
    return;
  }
  const events = new EventStream(response, context.keepAliveMs ?? keepAliveMsDefault);
  await streamAnswer(events, () => streamCompletions(model, wanted, prompts, events, reply, signal));
}

async function streamCompletions(
  model: EndpointModel,
  wanted: CompletionRequest,
  prompts: readonly Int32Array[],
  events: EventStream,
  reply: ReplyIdentity,
  signal: AbortSignal,
): Promise<void> {
  const begun = new Set<number>();
  const send = (index: number, text: string, last: object): void =>
    events.send({
      ...identity(reply),
      choices: [{ index, text, logprobs: null, finish_reason: null, ...last }],
      ...(wanted.includeUsage ? { usage: null } : {}),
    });
  const begin = (choice: number): void => {
    if (wanted.echo && !begun.has(choice)) send(choice, echoed(model, promptOf(wanted, choice)), {});
    begun.add(choice);
  };
  const sink: CompletionSink = {
    started: () => events.open(),
    text(choice, text, logprobs) {
      begin(choice);
      send(choice, text, logprobs === undefined ? {} : { logprobs: completionLogprobs(model.vocabulary, logprobs) });
    },
    ended(choice, finish) {
      begin(choice);
      send(choice, '', { finish_reason: finish });
    },
  };
  const done = await runCompletions(model, wanted, prompts, sink, { signal, ready: () => events.ready() });
  if (wanted.includeUsage) events.send({ ...identity(reply), choices: [], ...spent(wanted, done) });
}

function choiceBody(model: EndpointModel, wanted: CompletionRequest, choice: Completed, index: number): object {
  return {
    index,
    text: (wanted.echo ? echoed(model, promptOf(wanted, index)) : '') + choice.text,
    logprobs: choice.logprobs === undefined ? null : completionLogprobs(model.vocabulary, choice.logprobs),
    finish_reason: choice.finish,
  };
}

/** Usage over all prompts: choices of one prompt share it, and it counts once. */
function spent(wanted: CompletionRequest, done: readonly Completed[]): object {
  const usages = done.map((choice) => choice.result.usage);
  let prompt = 0;
  let cached = 0;
  for (let at = 0; at < usages.length; at += wanted.choices) {
    const shared = usages.slice(at, at + wanted.choices);
    prompt += (shared[0]?.reused ?? 0) + (shared[0]?.computed ?? 0);
    cached += Math.min(...shared.map((usage) => usage.reused));
  }
  const generated = usages.reduce((total, usage) => total + usage.generated, 0);
  const [first] = done;
  return {
    usage: usageBody(prompt, generated, cached),
    ...(first === undefined ? {} : { timings: timingsOf(first.result) }),
  };
}

function promptOf(wanted: CompletionRequest, choice: number): RawPrompt {
  return wanted.prompts[Math.floor(choice / wanted.choices)] ?? '';
}

function echoed(model: EndpointModel, prompt: RawPrompt): string {
  if (typeof prompt === 'string') return prompt;
  return Buffer.concat(prompt.map((id) => model.vocabulary.piece(id))).toString('utf8');
}

function identity(reply: ReplyIdentity): object {
  return { ...reply, object: 'text_completion' };
}
