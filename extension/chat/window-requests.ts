import type { FromPanel } from '../../webview/messages.ts';
import type { ChatWindow } from './chat-window.ts';

const types = [
  'pickModel',
  'manageModels',
  'open',
  'openLink',
  'copy',
  'insert',
  'applyCode',
  'trust',
  'openSample',
] as const;

/** A request of the panel that concerns only the window around the chat. */
type WindowRequest = Extract<FromPanel, { readonly type: (typeof types)[number] }>;

export function isWindowRequest(message: FromPanel): message is WindowRequest {
  return types.some((type) => type === message.type);
}

/** Has the window do what the panel asks for. */
export function askWindow(window: ChatWindow, request: WindowRequest): Promise<void> {
  switch (request.type) {
    case 'pickModel':
      return window.pickModel();
    case 'manageModels':
      return window.manageModels();
    case 'open':
      return window.open(request.path, request.line);
    case 'openLink':
      return window.openLink(request.url);
    case 'copy':
      return window.copy(request.text);
    case 'insert':
      return window.insert(request.text);
    case 'applyCode':
      return window.applyCode(request.text, request.path);
    case 'trust':
      return window.trust();
    case 'openSample':
      return window.openSample();
  }
}
