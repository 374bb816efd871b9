import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ToPanel } from '../../../webview/messages.ts';
import { panelHtml } from './panel-html.ts';
import type { PanelRequest } from '../../chat/panel-messages.ts';
import { parseFromPanel } from '../../chat/panel-messages.ts';

export interface PanelListener {
  /** The panel has opened and waits for its content. */
  ready(post: (message: ToPanel) => void): void;
  handle(message: PanelRequest): Promise<void>;
  failed(thrown: unknown): void;
}

/** Hosts the panel in its view. Owns: the page and the messages to and from it. Does not own: their meaning. */
export class PanelHost implements vscode.WebviewViewProvider {
  static readonly id = 'moonwright.chat';
  readonly #folder: vscode.Uri;
  readonly #listener: PanelListener;
  #view: vscode.WebviewView | undefined;

  /** `folder` holds the script, styles and fonts. */
  constructor(folder: vscode.Uri, listener: PanelListener) {
    this.#folder = folder;
    this.#listener = listener;
  }

  get visible(): boolean {
    return this.#view?.visible === true;
  }

  /** Brings the panel to the front; opens it if it never was. */
  async reveal(): Promise<void> {
    if (this.#view === undefined) await vscode.commands.executeCommand(`${PanelHost.id}.focus`);
    else this.#view.show(false);
  }

  /** Shows a number on the view's icon while approvals wait. */
  badge(waiting: number): void {
    if (this.#view !== undefined)
      this.#view.badge =
        waiting === 0
          ? undefined
          : { value: waiting, tooltip: vscode.l10n.t('The assistant is waiting for your answer') };
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    const { webview } = view;
    // Messages sent before the page listens would be lost. It gets everything once it is ready.
    let listening = false;
    const post = (message: ToPanel): void => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview's method, not a window's
      if (listening) void webview.postMessage(message);
    };
    const received = webview.onDidReceiveMessage((raw: unknown) => {
      const message = parseFromPanel(raw);
      if (message === undefined) return this.#listener.failed(new Error('The panel sent an unknown message.'));
      if (message.type === 'ready') {
        listening = true;
        this.#listener.ready(post);
      } else this.#listener.handle(message).catch((thrown: unknown) => this.#listener.failed(thrown));
    });
    view.onDidDispose(() => {
      listening = false;
      received.dispose();
      if (this.#view === view) this.#view = undefined;
    });
    webview.options = {
      enableScripts: true,
      localResourceRoots: [this.#folder],
      enableCommandUris: false,
      enableForms: false,
    };
    const at = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(this.#folder, name)).toString();
    webview.html = panelHtml({
      script: at('main.js'),
      styles: [at('codicon.css'), at('panel.css')],
      source: webview.cspSource,
      nonce: randomBytes(18).toString('base64url'),
      language: vscode.env.language,
      title: 'Moonwright',
    });
  }
}
