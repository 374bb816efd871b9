import { describe, expect, it } from 'vitest';
import { daemonLevel } from '../../../../native/daemon/backend/log-level.ts';

describe('the log of the libraries', () => {
  it('is no alarm where a computation was stopped on purpose', () => {
    expect(daemonLevel('error', 'graph_compute: ggml_backend_sched_graph_compute_async failed with error 1')).toBe(
      'debug',
    );
    expect(daemonLevel('error', 'process_ubatch: failed to compute graph, compute status: 1')).toBe('debug');
    expect(daemonLevel('error', 'llama_decode: failed to decode, ret = 2')).toBe('debug');
    expect(daemonLevel('warn', 'decode: removing memory module entries for seq_id = 0, pos = [0, +inf)')).toBe('debug');
  });

  it('keeps its level where something failed', () => {
    expect(daemonLevel('error', 'graph_compute: ggml_backend_sched_graph_compute_async failed with error -1')).toBe(
      'error',
    );
    expect(daemonLevel('error', 'llama_decode: failed to decode, ret = -3')).toBe('error');
    expect(daemonLevel('warn', 'load: special_eos_id is not in special_eog_ids')).toBe('warn');
    expect(daemonLevel('info', 'llama_context: n_ctx = 512')).toBe('debug');
  });
});
