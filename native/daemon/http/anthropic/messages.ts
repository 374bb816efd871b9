import type { RouteCall } from '../route.ts';
import { sendJson } from '../route.ts';
import { answerChat } from '../chat-turn.ts';
import { chooseModel } from '../model-choice.ts';
import { EventStream, namedEvents } from '../wire/event-stream.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../local/request-body.ts';
import { keepAliveMsDefault, streamAnswer } from '../wire/stream-answer.ts';
import { anthropicError } from './anthropic-error.ts';
import { messageBody, MessageBlocks, MessageStream } from './message-answer.ts';
import { parseCountFields, parseMessageFields, readMessageRequest, readPrompt } from './message-request.ts';

/** POST /v1/messages: the model's next message, as an Anthropic client asks for it. */
export async function messages({ request, response, context, signal }: RouteCall): Promise<void> {
  const fields = parseMessageFields(await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseModel(context, fields.model);
  const turn = readMessageRequest(fields);
  if (!turn.stream) {
    const blocks = new MessageBlocks(turn.thinking);
    const result = await answerChat(model, turn, blocks, { signal });
    sendJson(response, messageBody(model, result, blocks.content));
    return;
  }
  const events = new EventStream(response, context.keepAliveMs ?? keepAliveMsDefault, namedEvents);
  const write = async (): Promise<void> => {
    const stream = new MessageStream(events, model, turn.thinking);
    stream.finish(await answerChat(model, turn, stream, { signal, ready: () => events.ready() }));
  };
  await streamAnswer(events, write, anthropicError);
}

/** POST /v1/messages/count_tokens: the exact tokens of the prompt that the request would run. */
export async function countTokens({ request, response, context, signal }: RouteCall): Promise<void> {
  const fields = parseCountFields(await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseModel(context, fields.model);
  const turn = readPrompt(fields);
  const chat = await model.openChat(turn.settings, turn.messages, signal);
  sendJson(response, { input_tokens: await chat.promptTokens(signal) });
}
