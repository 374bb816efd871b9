/** The first SIGINT, SIGTERM or SIGHUP aborts the returned signal with its name; later ones change nothing. */
export function onStopSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort(name));
  return controller.signal;
}
