import { brokenText } from '../../chat-turn.ts';
import type { ToolCall } from '../../../../protocol/chat.ts';
import type { FinishReason, GenerateResult, TokenLogprob } from '../../../../protocol/generation.ts';

/** One entry of a chat completion's `choices`. */
export function chatChoice(index: number, result: GenerateResult): object {
  const { message } = result;
  const calls = [...(message.toolCalls ?? []), ...cutCalls(result)];
  const content = message.content + faultText(result);
  return {
    index,
    message: {
      role: 'assistant',
      content: content === '' && calls.length > 0 ? null : content,
      ...(message.reasoning ? { reasoning_content: message.reasoning } : {}),
      refusal: null,
      ...(calls.length === 0
        ? {}
        : {
            tool_calls: calls.map((call) => ({
              id: call.id,
              type: 'function',
              function: { name: call.name, arguments: call.arguments },
            })),
          }),
    },
    logprobs: chatLogprobs(result.logprobs),
    finish_reason: chatFinish(result),
  };
}

/** Text for broken calls; without those that were cut off, which come as calls as far as they were written. */
export function faultText(result: GenerateResult): string {
  return brokenText({ ...result, brokenCalls: result.brokenCalls.filter(({ partial }) => partial === undefined) });
}

/** Calls that were cut off, with the beginning of their arguments, as a stream has sent them. */
function cutCalls({ brokenCalls }: GenerateResult): ToolCall[] {
  return brokenCalls.flatMap(({ id, name, partial }) =>
    name === undefined || partial === undefined ? [] : [{ id, name, arguments: partial }],
  );
}

/** OpenAI's `finish_reason` of a turn; `stop` if all its calls are broken. */
export function chatFinish({ finish, message }: GenerateResult): 'stop' | 'length' | 'tool_calls' {
  const words: Record<FinishReason, 'stop' | 'length' | 'tool_calls'> = {
    stop: 'stop',
    length: 'length',
    toolCalls: 'tool_calls',
    cancelled: 'stop',
  };
  const calls = message.toolCalls?.length ?? 0;
  return finish === 'toolCalls' && calls === 0 ? 'stop' : words[finish];
}

/** `logprobs` of a chat choice: null when they were not asked for. */
export function chatLogprobs(logprobs: readonly TokenLogprob[] | undefined): object | null {
  if (logprobs === undefined) return null;
  const content = logprobs.map((entry) => ({ ...tokenEntry(entry), top_logprobs: entry.top.map(tokenEntry) }));
  return { content, refusal: null };
}

function tokenEntry({ text, bytes, logprob }: Pick<TokenLogprob, 'text' | 'bytes' | 'logprob'>): object {
  return { token: text, logprob, bytes };
}
