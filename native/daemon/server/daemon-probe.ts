import { request } from 'node:http';
import type { DiscoveryRecord } from './discovery-file.ts';

/** The daemon's answer to GET / with the right token. */
interface DaemonIdentity {
  readonly pid: number;
  readonly protocol: number;
  readonly version: string;
}

/** A daemon on a busy machine may take a while. */
export const answerMs = 10_000;

/** Whether the daemon that `record` describes is alive: the port answers, takes the token, and has the same pid. */
export function daemonAnswers(record: DiscoveryRecord, timeoutMs = answerMs): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: record.port,
        path: '/',
        headers: { authorization: `Bearer ${record.token}` },
        timeout: timeoutMs,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
          if (body.length > 4096) response.destroy();
        });
        response.on('error', () => resolve(false));
        response.on('close', () => resolve(response.statusCode === 200 && pidOf(body) === record.pid));
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}

function pidOf(body: string): number | undefined {
  try {
    const value = JSON.parse(body) as Partial<DaemonIdentity> | null;
    return typeof value?.pid === 'number' ? value.pid : undefined;
  } catch {
    return undefined; // another program uses the port now
  }
}
