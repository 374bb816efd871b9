import * as vscode from 'vscode';
import type { DaemonLink } from '../../daemon-link/daemon-link.ts';
import { ServedPort } from '../../daemon-link/served-port.ts';
import type { Settings } from '../window/settings.ts';
import { PortToken } from './port-token.ts';
import { ServeMenu } from './serve-menu.ts';

interface ServingParts {
  readonly link: DaemonLink;
  readonly settings: Settings;
  readonly secrets: vscode.SecretStorage;
  /** Gets the address that is served, or undefined. */
  shown(url: string | undefined): void;
  failed(thrown: unknown): void;
}

/** Registers *Serve on This Machine*, and serves as soon as the window is open if the user has switched it on. */
export function registerServing({ link, settings, secrets, shown, failed }: ServingParts): vscode.Disposable {
  const token = new PortToken(secrets, 'serveToken');
  const parts = { client: () => link.client(), wanted: () => settings.servePort, token: () => token.read() };
  const served = new ServedPort(parts, shown);
  const menu = new ServeMenu(served, settings, token);
  const apply = (): void => void served.apply().catch(failed);
  const stop = link.onState(({ state }) => {
    if (state === 'ready') apply();
    if (state === 'stopped' || state === 'starting' || state === 'failed') served.lost();
  });
  if (settings.servePort > 0) apply();
  return vscode.Disposable.from(command('serve', menu.show), settings.onChange(['servePort'], apply), {
    dispose: stop,
  });
}

function command(name: string, run: () => Promise<void>): vscode.Disposable {
  return vscode.commands.registerCommand(`moonwright.${name}`, run);
}
