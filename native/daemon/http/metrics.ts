import type { EndpointContext } from './endpoint-context.ts';
import type { RouteCall } from './route.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** GET /metrics: Prometheus text, version 0.0.4. */
export function showMetrics({ response, context }: RouteCall): void {
  const text = metricsText(context);
  response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.writeHead(200).end(text);
}

/** The daemon's counters and gauges in Prometheus' text format. */
export function metricsText(context: EndpointContext): string {
  const status = context.status();
  const { reused, computed, generated } = status.totals;
  const engine = context.model()?.counters();
  return [
    metric('tokens_total', 'counter', 'Tokens by where they came from: the cache, computing a prompt, or the model.', [
      [{ source: 'reused' }, reused],
      [{ source: 'computed' }, computed],
      [{ source: 'generated' }, generated],
    ]),
    metric(
      'http_requests_total',
      'counter',
      'Finished HTTP requests by endpoint and outcome.',
      context.counters.list().map(({ endpoint, outcome, count }) => [{ endpoint, outcome }, count]),
    ),
    metric('requests_running', 'gauge', 'Generations that hold a place in the engine.', [[{}, status.running]]),
    metric('requests_waiting', 'gauge', 'Generations that wait for a place: the depth of the queue.', [
      [{}, status.waiting],
    ]),
    metric('sessions', 'gauge', 'Open sessions.', [[{}, status.sessions]]),
    metric('cells', 'gauge', 'Cells of the KV pool, one per token.', [
      [{ state: 'used' }, status.cells.used],
      [{ state: 'total' }, status.cells.total],
    ]),
    metric('shelf_bytes', 'gauge', 'Idle context kept in RAM beside the KV pool.', [
      [{ state: 'used' }, status.shelf.used],
      [{ state: 'limit' }, status.shelf.total],
    ]),
    metric('decode_seconds_total', 'counter', "Time inside the engine's decode calls.", [
      [{}, engine?.busySeconds ?? 0],
    ]),
    metric('decode_cpu_seconds_total', 'counter', 'CPU time that the process used meanwhile.', [
      [{}, engine?.busyCpuSeconds ?? 0],
    ]),
    metric('threads', 'gauge', 'Threads that compute: fewer while other programs want the cores.', [
      [{}, engine?.threads ?? 0],
    ]),
    metric('decodes_total', 'counter', 'Decode calls of the engine, by how they ended.', [
      [{ result: 'completed' }, (engine?.decodes ?? 0) - (engine?.decodesAborted ?? 0)],
      [{ result: 'aborted' }, engine?.decodesAborted ?? 0],
    ]),
    metric('memory_bytes', 'gauge', 'Resident memory of the daemon.', [[{}, status.memoryBytes]]),
    metric('uptime_seconds', 'gauge', 'Time since the daemon started.', [[{}, status.uptimeSeconds]]),
    metric('model_loaded', 'gauge', '1 while a model is loaded.', [
      [status.model === undefined ? {} : { model: status.model.name }, status.model === undefined ? 0 : 1],
    ]),
  ].join('');
}

function metric(name: string, kind: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const full = `moonwright_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n${lines.join('')}`;
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
