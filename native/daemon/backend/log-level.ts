type Level = 'debug' | 'info' | 'warn' | 'error';

/** What llama.cpp says of a computation that was stopped, which is no fault: status 1 is GGML_STATUS_ABORTED. */
const stopped =
  /^(graph_compute: .* failed with error 1$|process_ubatch: failed to compute graph, compute status: 1$|llama_decode: failed to decode, ret = 2$|decode: removing memory module entries)/;

/** How much a line of the libraries' log matters to somebody who runs the daemon. */
export function daemonLevel(level: Level, line: string): Level {
  return level === 'info' || stopped.test(line) ? 'debug' : level;
}
