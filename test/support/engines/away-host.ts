// Runs on the remote host, as the extension of a remote window does: without the forward, with a wrong token, and with
// all as it should be. Prints what happened as one line of JSON.
import { createConnection } from 'node:net';
import { RpcClient } from '../../../extension/daemon-link/rpc-client.ts';
import { homeAddress } from '../../../extension/remote-engine/engine-address.ts';
import { sendRequest } from '../../../extension/remote-engine/http-request.ts';
import { RemoteHost } from '../../../extension/remote-engine/remote-host.ts';
import { toCodedError } from '../../../native/protocol/coded-error.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { tools } from '../extension/compact-tools.ts';
import { newFixTask } from '../models/nano-task.ts';
import { forward } from './port-forward.ts';

const [socket = '', portText = '', token = '', ...places] = process.argv.slice(2);
const port = Number(portText);
const never = new AbortController().signal;

function host(key: string): RemoteHost {
  return new RemoteHost({
    engine: { address: homeAddress(port), model: '' },
    send: sendRequest,
    permit: async () => undefined,
    key: async () => key,
    toldContext: () => undefined,
  });
}

async function failureOf(doing: Promise<unknown>): Promise<string> {
  return doing.then(
    () => 'none',
    (thrown: unknown) => `${toCodedError(thrown).code}: ${toCodedError(thrown).message}`,
  );
}

function reach(place: string): Promise<string> {
  return new Promise((resolve) => {
    const [at = '', number = ''] = place.split(' ');
    const tried = createConnection({ host: at, port: Number(number), timeout: 5000 });
    tried.once('connect', () => resolve('open')).once('timeout', () => resolve('timeout'));
    tried.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  }).then((end) => `${place} ${String(end)}`);
}

const unforwarded = await failureOf(host(token).model(never));
const end = await forward(port, { path: socket });
const denied = await failureOf(host('wrong').model(never));

const home = host(token);
const model = await home.model(never);
const counts = await model.countTokens(['const größe = 1;']);
const task = newFixTask();
const session = await model.open({ tools });
await session.append(task.messages as ChatMessage[]);
const used: string[] = [];
for (let step = 0; step < 10; step++) {
  const { message } = await session.generate({ maxTokens: 500 }, () => undefined, never);
  const calls = message.toolCalls ?? [];
  if (calls.length === 0) break;
  used.push(...calls.map(({ name }) => name));
  await session.append(
    calls.map(({ id, name, arguments: text }) => ({
      role: 'tool',
      toolCallId: id,
      name,
      content: task.run(name, text),
    })),
  );
}
const { state, elsewhere } = home.current;
const socketOfEditor = await failureOf(RpcClient.connect({ url: `http://127.0.0.1:${port}`, token }));
const reached = await Promise.all(places.map(reach));
end.close();
const told = {
  unforwarded,
  denied,
  facts: model.facts,
  counts,
  used,
  tests: task.run('run_tests', '{}'),
  state,
  elsewhere,
  socketOfEditor,
  reached,
};
process.stdout.write(`${JSON.stringify(told)}\n`);
process.exit();
