// Real: the model and its sessions. Faked: the engine behind them.
import type { ToolDefinition } from '../../../native/protocol/chat.ts';
import type { SessionEvent } from '../../../extension/agent/agent-model.ts';
import { readAddress } from '../../../extension/remote-engine/engine-address.ts';
import { sendRequest } from '../../../extension/remote-engine/http-request.ts';
import { RemoteHost } from '../../../extension/remote-engine/remote-host.ts';
import type { RemoteModel } from '../../../extension/remote-engine/remote-model.ts';
import { FakeEngine } from './fake-engine.ts';

export const never = new AbortController().signal;

export const readFile: ToolDefinition = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' }, line: { type: 'integer' } } },
};

/** A host of the engine at `url`, agreed to, without a key. */
export function remoteHost(
  url: string,
  parts: { readonly model?: string; readonly key?: string; readonly contextTokens?: number } = {},
): RemoteHost {
  return new RemoteHost({
    engine: { address: readAddress(url), model: parts.model ?? '' },
    send: sendRequest,
    permit: async () => undefined,
    key: async () => parts.key,
    toldContext: () => parts.contextTokens,
  });
}

export interface RemoteBench {
  readonly engine: FakeEngine;
  readonly model: RemoteModel;
}

export async function remoteBench(): Promise<RemoteBench> {
  const engine = await FakeEngine.start();
  return { engine, model: await remoteHost(engine.url).model(never) };
}

/** Text, thoughts and calls of some events, each in one piece. */
export function heard(events: readonly SessionEvent[]) {
  const of = (kind: 'text' | 'reasoning'): string =>
    events.flatMap((event) => (event.kind === kind ? [event.text] : [])).join('');
  return {
    text: of('text'),
    reasoning: of('reasoning'),
    notices: events.flatMap((event) => (event.kind === 'notice' ? [event.text] : [])),
    calls: events.flatMap((event) => (event.kind === 'callDone' ? [`${event.name} ${event.arguments}`] : [])),
  };
}
