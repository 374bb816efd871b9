import { EngineClient } from './engine-client.ts';
import { readAddress, type EngineAddress } from './engine-address.ts';
import type { SendRequest } from './http-request.ts';
import { servedModels } from './served-models.ts';

export interface LocalServer {
  readonly address: EngineAddress;
  /** The program that usually answers at this port. */
  readonly usual: string;
  /** Names of its models; empty when it wants a key first. */
  readonly models: readonly string[];
}

/** Where engines listen when nobody says otherwise. */
const usualPorts: readonly (readonly [port: number, usual: string])[] = [
  [8000, 'vLLM'],
  [30000, 'SGLang'],
  [8080, 'llama-server, MLX, TGI'],
  [11434, 'Ollama'],
  [1234, 'LM Studio'],
  [10002, 'KTransformers'],
];
const answerMs = 1500;

/** The engines that answer on this machine. Asks each usual port once for its models; sends no key and no text. */
export async function localServers(send: SendRequest, signal: AbortSignal): Promise<readonly LocalServer[]> {
  const found = await Promise.all(usualPorts.map(([port, usual]) => serverAt(port, usual, send, signal)));
  return found.filter((server) => server !== undefined);
}

async function serverAt(
  port: number,
  usual: string,
  send: SendRequest,
  signal: AbortSignal,
): Promise<LocalServer | undefined> {
  const address = readAddress(`http://127.0.0.1:${port}`);
  const client = new EngineClient(address, undefined, send);
  try {
    const models = await servedModels(client, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
    return { address, usual, models: models.map(({ id }) => id) };
  } catch (thrown) {
    const wantsKey = thrown instanceof Error && 'code' in thrown && thrown.code === 'auth.denied';
    return wantsKey ? { address, usual, models: [] } : undefined;
  }
}
