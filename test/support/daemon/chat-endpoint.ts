import type { EndpointContext } from '../../../native/daemon/http/endpoint-context.ts';
import { EndpointHarness } from './endpoint-harness.ts';
import { scriptedContext, scriptedModel, turn } from './scripted-model.ts';
import type { ChatScript } from './scripted-model.ts';

const open: EndpointHarness[] = [];
/** Stops all that `serveChat` started; for `afterEach`. */
export async function stopEndpoints(): Promise<void> {
  await Promise.all(open.splice(0).map((harness) => harness.stop()));
}

/** The endpoint over a model with a scripted chat, on its own port. */
export async function serveChat(chat: ChatScript, overrides: Partial<EndpointContext> = {}) {
  const model = scriptedModel({ chat });
  const context = scriptedContext(model, overrides);
  const harness = await EndpointHarness.start(context);
  open.push(harness);
  return { harness, model, context, chat: harness.client.chat.completions };
}

/** The least that a chat request needs. */
export const base = { model: 'scripted', messages: [{ role: 'user' as const, content: 'hi' }] };
/** The first call of `callingScript`. */
export const call = { id: 'functions.read_file:0', name: 'read_file', arguments: '{"path": "a.js"}' };

/** Says reasoning, text and two calls, the first in pieces and repaired. */
export const callingScript: ChatScript = (_asked, onEvent) => {
  onEvent({ kind: 'queued', ahead: 0 });
  onEvent({ kind: 'prefill', reused: 3, computed: 2, total: 5 });
  onEvent({ kind: 'reasoning', text: 'let me ' });
  onEvent({ kind: 'reasoning', text: 'see' });
  onEvent({ kind: 'text', text: 'Reading' });
  onEvent({ kind: 'call', index: 0, id: call.id, name: call.name, argumentsText: '{"path": ' });
  onEvent({ kind: 'call', index: 0, id: call.id, name: call.name, argumentsText: '"a.js"' });
  onEvent({ kind: 'callDone', index: 0, ...call, repaired: true });
  onEvent({
    kind: 'callDone',
    index: 1,
    id: 'functions.run_tests:1',
    name: 'run_tests',
    arguments: '{}',
    repaired: false,
  });
  return turn({
    message: {
      role: 'assistant',
      content: 'Reading',
      reasoning: 'let me see',
      toolCalls: [call, { id: 'functions.run_tests:1', name: 'run_tests', arguments: '{}' }],
    },
    finish: 'toolCalls',
  });
};

/** Says text and a call that cannot be repaired. */
export const brokenScript: ChatScript = (_asked, onEvent) => {
  const broken = {
    text: '<|tool_call_begin|>functions.x:0{"a"',
    id: 'functions.x:0',
    name: 'x',
    advice: 'Error: call it again.',
  };
  onEvent({ kind: 'text', text: 'Now' });
  onEvent({ kind: 'callBroken', index: 0, broken });
  return turn({ message: { role: 'assistant', content: 'Now' }, brokenCalls: [broken], finish: 'toolCalls' });
};
