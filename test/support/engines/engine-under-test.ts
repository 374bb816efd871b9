import { startNanoEndpoint } from '../models/nano-endpoint.ts';
import { LlamaServer } from './llama-server.ts';

/** A server that serves nano and nothing else. */
export interface EngineUnderTest {
  readonly url: string;
  readonly key: string;
  stop(): Promise<void>;
}

/**
 * The server that `npm run test:engines` wants: a llama-server, or one that it has started. Otherwise the project's own
 * daemon, which is always here.
 */
export async function engineUnderTest(): Promise<EngineUnderTest> {
  const { MOONWRIGHT_ENGINE: name, MOONWRIGHT_ENGINE_URL: url, MOONWRIGHT_ENGINE_KEY: key = '' } = process.env;
  if (name === 'llama-server') return LlamaServer.start();
  if (url !== undefined) return { url, key, stop: () => Promise.resolve() };
  const endpoint = await startNanoEndpoint();
  const { token } = await endpoint.daemon.ready();
  return { url: endpoint.url, key: token, stop: () => endpoint.stop() };
}
