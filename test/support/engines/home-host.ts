// Runs on the host at home: switches *Serve on This Machine* on, and is the home end of the forward. A second port,
// open to the network, shows that the two hosts see each other.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { RpcClient, type Endpoint } from '../../../extension/daemon-link/rpc-client.ts';
import { forward } from './port-forward.ts';

const [stateDirectory = '', socket = '', port = '', token = '', openPort = ''] = process.argv.slice(2);
const endpoint = JSON.parse(readFileSync(path.join(stateDirectory, 'daemon.json'), 'utf8')) as Endpoint;
const client = await RpcClient.connect(endpoint);
const { url } = await client.request('endpoint.open', { port: Number(port), token });
await client.close();
await forward(socket, { host: '127.0.0.1', port: Number(port) });
await new Promise<void>((resolve) => createServer((one) => one.end()).listen(Number(openPort), '0.0.0.0', resolve));
process.stdout.write(`${JSON.stringify({ url, daemon: new URL(endpoint.url).port })}\n`);
process.stdin.resume().once('end', () => process.exit());
