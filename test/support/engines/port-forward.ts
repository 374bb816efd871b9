// A forward between two hosts that share a disk and no port: through a socket with a name, as an SSH connection would.
import { createConnection, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** Hands on the connections to one place to another. */
export async function forward(from: string | number, to: NetConnectOpts): Promise<Server> {
  const server = createServer((near: Socket) => {
    const far = createConnection(to);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof from === 'number') server.listen(from, '127.0.0.1', resolve);
    else server.listen(from, resolve);
  });
  return server;
}
