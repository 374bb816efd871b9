type Level = 'debug' | 'info' | 'warn' | 'error';

/** Lines that llama.cpp logs after a cancelled computation, not a fault: status 1 is GGML_STATUS_ABORTED. */
const stopped = [
  /^graph_compute: .* failed with error 1$/,
  /^process_ubatch: failed to compute graph, compute status: 1$/,
  /^llama_decode: failed to decode, ret = 2$/,
  /^decode: removing memory module entries/,
];

/** The level at which the daemon logs a line of the libraries' log. */
export function daemonLevel(level: Level, line: string): Level {
  return level === 'info' || stopped.some((pattern) => pattern.test(line)) ? 'debug' : level;
}
