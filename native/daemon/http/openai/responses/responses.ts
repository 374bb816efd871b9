import type { GenerateResult } from '../../../../protocol/generation.ts';
import type { CodedError } from '../../../../protocol/coded-error.ts';
import type { RouteCall } from '../../route.ts';
import { sendJson } from '../../route.ts';
import { answerChat } from '../../chat-turn.ts';
import { chooseModel } from '../../model-choice.ts';
import { errorBody } from '../../wire/error-response.ts';
import { EventStream, namedEvents } from '../../wire/event-stream.ts';
import { invalidField } from '../../wire/parse-fields.ts';
import { newReply } from '../../wire/reply-identity.ts';
import type { ReplyIdentity } from '../../wire/reply-identity.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../../local/request-body.ts';
import { keepAliveMsDefault, streamAnswer } from '../../wire/stream-answer.ts';
import { ResponseItems } from './response-items.ts';
import { parseResponseFields, readNewMessages, readResponseRequest } from './response-request.ts';
import type { ResponseFields } from './response-request.ts';

/** POST /v1/responses. */
export async function responses({ request, response, context, signal }: RouteCall): Promise<void> {
  const fields = parseResponseFields(await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseModel(context, fields.model);
  const { previous_response_id: previous } = fields;
  const earlier = previous === undefined ? [] : context.responses.find(previous);
  if (earlier === undefined)
    throw invalidField('previous_response_id', `The response "${previous}" is not kept here. Send the whole input.`);
  const conversation = [...earlier, ...readNewMessages(fields, earlier)];
  const turn = readResponseRequest(fields, conversation);
  const reply = newReply('resp', model);
  const skeleton = emptyResponse(fields, { ...reply, id: reply.id.replace('-', '_') });
  const keep = ({ message }: GenerateResult): void => {
    if (fields.store !== false) context.responses.keep(skeleton.id, [...conversation, message]);
  };

  if (fields.stream !== true) {
    const items = new ResponseItems(
      () => undefined,
      () => undefined,
    );
    const result = await answerChat(model, turn, items, { signal });
    items.finish();
    keep(result);
    sendJson(response, { ...skeleton, ...ending(result, items.output) });
    return;
  }

  const events = new EventStream(response, context.keepAliveMs ?? keepAliveMsDefault, namedEvents);
  let sequence = 0;
  const numbered = (event: object): object => ({ ...event, sequence_number: sequence++ });
  const begin = (): void => {
    if (sequence > 0) return;
    for (const type of ['response.created', 'response.in_progress'])
      events.send(numbered({ type, response: skeleton }));
  };
  const write = async (): Promise<void> => {
    const items = new ResponseItems((event) => events.send(numbered(event)), begin);
    const result = await answerChat(model, turn, items, { signal, ready: () => events.ready() });
    begin();
    items.finish();
    keep(result);
    const end = ending(result, items.output);
    events.send(numbered({ type: `response.${end.status}`, response: { ...skeleton, ...end } }));
  };
  const failure = (error: CodedError): object => {
    const { code, message } = errorBody(error).error;
    const failed = { ...skeleton, status: 'failed', error: { code, message } };
    return numbered({ type: 'response.failed', response: failed });
  };
  await streamAnswer(events, write, failure);
}

/** A response before its first item. */
function emptyResponse(fields: ResponseFields, { id, created, model, system_fingerprint }: ReplyIdentity) {
  return {
    id,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: fields.instructions ?? null,
    max_output_tokens: fields.max_output_tokens ?? null,
    model,
    output: [],
    parallel_tool_calls: fields.parallel_tool_calls ?? true,
    previous_response_id: fields.previous_response_id ?? null,
    reasoning: { effort: fields.reasoning?.effort ?? null, summary: null },
    store: fields.store ?? true,
    system_fingerprint,
    temperature: fields.temperature ?? null,
    text: { format: fields.text?.format ?? { type: 'text' } },
    tool_choice: fields.tool_choice ?? 'auto',
    tools: (fields.tools ?? []).filter((tool) => tool.type === 'function'),
    top_p: fields.top_p ?? null,
    truncation: 'disabled',
    usage: null,
    metadata: {},
  };
}

function ending({ finish, usage }: GenerateResult, output: readonly object[]) {
  const input = usage.reused + usage.computed;
  return {
    status: finish === 'length' ? 'incomplete' : 'completed',
    incomplete_details: finish === 'length' ? { reason: 'max_output_tokens' } : null,
    output,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: usage.reused },
      output_tokens: usage.generated,
      output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
      total_tokens: input + usage.generated,
    },
  };
}
