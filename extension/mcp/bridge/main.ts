// `node mcp.js [--folder FOLDER] [--state-dir DIRECTORY]`: a server of the Model Context Protocol on stdin and stdout,
// for clients that start one. It hands on the tools of the window of VS Code in which FOLDER, by default the current
// one, is open, and ends with its client.
import { homedir } from 'node:os';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  CallToolResultSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { defaultStateDirectory } from '../../../native/local/state-directory.ts';
import { instructions } from '../instructions.ts';
import { readBridgeOptions } from './bridge-options.ts';
import { WindowConnection } from './window-connection.ts';

/** The window ends calls earlier. A client that cancels is heard at any time. */
const timeout = 60 * 60_000;
const self = { name: 'moonwright', title: 'Moonwright', version: process.env.MOONWRIGHT_VERSION ?? '0.0.0' };

try {
  const stateDirectory = defaultStateDirectory(process.platform, process.env, homedir());
  const options = readBridgeOptions(process.argv.slice(2), { stateDirectory, folder: process.cwd() });
  await serve(options);
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 2;
}

async function serve(options: ReturnType<typeof readBridgeOptions>): Promise<void> {
  const server = new Server(self, { capabilities: { tools: {} }, instructions });
  const window = new WindowConnection(options, () => server.getClientVersion() ?? self);
  server.setRequestHandler(ListToolsRequestSchema, ({ params }, { signal }) =>
    window.request((client, lost) => client.listTools(params, { signal: lost, timeout }), signal),
  );
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal, _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken;
    const onprogress = (progress: object): void => {
      if (progressToken === undefined) return;
      const method = 'notifications/progress' as const;
      const told = { progress: 0, ...progress, progressToken };
      sendNotification({ method, params: told }).catch(() => undefined); // a client that has gone
    };
    return window.request(
      (client, lost) =>
        client.request({ method: 'tools/call', params }, CallToolResultSchema, {
          signal: lost,
          timeout,
          ...(progressToken !== undefined && { onprogress }),
        }),
      signal,
    );
  });
  const ended = new Promise<void>((resolve) => {
    server.onclose = resolve;
    process.stdin.once('close', resolve).once('end', resolve);
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await window.close();
  process.exit();
}
