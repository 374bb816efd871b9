import type { FromPanel, ToPanel } from './messages.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The connection to the extension. Owns: all use of the editor's webview API. Does not own: what messages mean. */
export interface HostLink {
  post(message: FromPanel): void;
  /** Calls back with every message of the protocol. Ignores anything else. */
  listen(onMessage: (message: ToPanel) => void): void;
  /** The last saved state, also from before a reload. Undefined if there is none. */
  saved(): unknown;
  save(state: unknown): void;
}

const known: Readonly<Record<ToPanel['type'], true>> = {
  init: true,
  state: true,
  items: true,
  append: true,
  reset: true,
  conversations: true,
  suggestions: true,
  draft: true,
};

export function connectHost(): HostLink {
  const api = acquireVsCodeApi();
  return {
    // This is the editor's function, not a window's: it takes no target origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    post: (message) => api.postMessage(message),
    listen: (onMessage) => {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (isToPanel(event.data)) onMessage(event.data);
      });
    },
    saved: () => api.getState(),
    save: (state) => api.setState(state),
  };
}

function isToPanel(data: unknown): data is ToPanel {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    typeof data.type === 'string' &&
    Object.hasOwn(known, data.type)
  );
}
