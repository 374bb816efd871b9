import type { GenerateEvent, GenerateResult, TokenLogprob } from '../../../../protocol/generation.ts';
import type { ChatRequest } from './chat-request.ts';
import type { RouteCall } from '../../route.ts';
import type { TurnContext } from '../../../session/generate-turn.ts';
import type { EndpointModel } from '../../endpoint-model.ts';
import { chatChoice } from './chat-choice.ts';
import { parseChatFields, readChatRequest } from './chat-request.ts';
import { ChatStream } from './chat-stream.ts';
import { EventStream } from '../../wire/event-stream.ts';
import { chooseModel } from '../../model-choice.ts';
import { newReply } from '../../wire/reply-identity.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../../local/request-body.ts';
import { sendJson } from '../../route.ts';
import { assertComplete, runChoices } from '../../wire/run-choices.ts';
import { seedOf } from '../../wire/sampling-fields.ts';
import { timingsOf } from '../../wire/timings.ts';
import { usageOf } from '../../wire/usage.ts';
import { keepAliveMsDefault, streamAnswer } from '../../wire/stream-answer.ts';

interface ChoiceSink {
  push(choice: number, event: GenerateEvent): void;
  logprobs?(choice: number, logprobs: readonly TokenLogprob[]): void;
  end(choice: number, result: GenerateResult): void;
}

/** POST /v1/chat/completions. */
export async function chatCompletions({ request, response, context, signal }: RouteCall): Promise<void> {
  const fields = parseChatFields(await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseModel(context, fields.model);
  const chat = readChatRequest(fields, model.vocabulary.size);
  const reply = newReply('chatcmpl', model);
  if (!chat.stream) {
    const results = await generateChoices(model, chat, { push: () => undefined, end: () => undefined }, { signal });
    const [first] = results;
    sendJson(response, {
      ...reply,
      object: 'chat.completion',
      choices: results.map((result, index) => chatChoice(index, result)),
      usage: usageOf(results),
      ...(first === undefined ? {} : { timings: timingsOf(first) }),
    });
    return;
  }
  const events = new EventStream(response, context.keepAliveMs ?? keepAliveMsDefault);
  await streamAnswer(events, async () => {
    const stream = new ChatStream(events, reply, { choices: chat.choices, includeUsage: chat.includeUsage });
    const results = await generateChoices(model, chat, stream, { signal, ready: () => events.ready() });
    stream.finish(results);
  });
}

/** All choices of a request; each ends in the sink as soon as it is complete. */
async function generateChoices(
  model: EndpointModel,
  chat: ChatRequest,
  sink: ChoiceSink,
  context: TurnContext,
): Promise<GenerateResult[]> {
  const opened = await model.openChat(chat.settings, chat.messages, context.signal);
  const chats = Array.from({ length: chat.choices }, (_, choice) => (choice === 0 ? opened : opened.fork()));
  return runChoices(chat.choices, context.signal, async (choice, signal) => {
    const result = await (chats[choice] ?? opened).generate(
      optionsOf(chat, choice),
      (event) => sink.push(choice, event),
      { ...context, signal, onLogprobs: sink.logprobs?.bind(sink, choice) },
    );
    assertComplete(result.finish);
    sink.end(choice, result);
    return result;
  });
}

function optionsOf({ options }: ChatRequest, choice: number): ChatRequest['options'] {
  const seed = options.sampling?.seed;
  return seed === undefined ? options : { ...options, sampling: { ...options.sampling, seed: seedOf(seed, choice) } };
}
