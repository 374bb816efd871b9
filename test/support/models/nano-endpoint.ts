import OpenAI from 'openai';
import { DaemonProcess } from '../daemon/daemon-process.ts';
import { parseMetrics } from '../daemon/prometheus-text.ts';

/** A real daemon with nano and its OpenAI endpoint, in its own state directory. */
export interface NanoEndpoint {
  readonly daemon: DaemonProcess;
  readonly url: string;
  readonly client: OpenAI;
  /** The samples of /metrics by name and labels. */
  metrics(): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

/**
 * One thread: threads of several daemons on few cores wait for each other, and tests run side by side.
 * @param args more command-line options for the daemon.
 */
export async function startNanoEndpoint(args: readonly string[] = ['--context', '4096']): Promise<NanoEndpoint> {
  const daemon = await DaemonProcess.start({ args: ['--model', 'nano', '--http', '--threads', '1', ...args] });
  const { token, port } = daemon.line;
  const url = `http://127.0.0.1:${port}`;
  return {
    daemon,
    url,
    client: new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 }),
    metrics: async () =>
      parseMetrics(await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text())
        .samples,
    stop: () => daemon.dispose(),
  };
}
