import { describe, expect, it } from 'vitest';
import { metricsText } from '../../../../native/daemon/http/metrics.ts';
import { parseMetrics } from '../../../support/daemon/prometheus-text.ts';
import { scriptedContext, scriptedModel } from '../../../support/daemon/scripted-model.ts';

describe('the metrics', () => {
  it('are Prometheus text with a type and a help line for each name', () => {
    const context = scriptedContext(scriptedModel({}));
    context.counters.record('/v1/completions', 'ok');
    context.counters.record('/v1/completions', 'ok');
    context.counters.record('/v1/completions', 'refused');
    const { samples, types } = parseMetrics(metricsText(context));
    expect(Object.fromEntries(samples)).toEqual({
      'moonwright_tokens_total{source="reused"}': 70,
      'moonwright_tokens_total{source="computed"}': 40,
      'moonwright_tokens_total{source="generated"}': 20,
      'moonwright_http_requests_total{endpoint="/v1/completions",outcome="ok"}': 2,
      'moonwright_http_requests_total{endpoint="/v1/completions",outcome="refused"}': 1,
      moonwright_requests_running: 1,
      moonwright_requests_waiting: 3,
      moonwright_sessions: 2,
      'moonwright_cells{state="used"}': 100,
      'moonwright_cells{state="total"}': 1000,
      'moonwright_shelf_bytes{state="used"}': 300,
      'moonwright_shelf_bytes{state="limit"}': 3000,
      moonwright_decode_seconds_total: 1.5,
      moonwright_decode_cpu_seconds_total: 1.5,
      moonwright_threads: 1,
      'moonwright_decodes_total{result="completed"}': 10,
      'moonwright_decodes_total{result="aborted"}': 2,
      moonwright_memory_bytes: 4096,
      moonwright_uptime_seconds: 60,
      'moonwright_model_loaded{model="scripted"}': 1,
    });
    expect(types.get('moonwright_tokens_total')).toBe('counter');
    expect(types.get('moonwright_cells')).toBe('gauge');
  });

  it('are there without a model', () => {
    const { samples } = parseMetrics(metricsText(scriptedContext(undefined)));
    expect(samples.get('moonwright_model_loaded')).toBe(0);
    expect(samples.get('moonwright_decode_seconds_total')).toBe(0);
  });

  it('escape labels', () => {
    const context = scriptedContext(undefined);
    context.counters.record('a"b\\c\nd', 'ok');
    expect(metricsText(context)).toContain('endpoint="a\\"b\\\\c\\nd"');
  });
});
