import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { defaultStateDirectory } from '../../../native/local/state-directory.ts';
import { BridgeProgram } from '../../mcp/bridge-program.ts';
import type { ProgramConfiguration } from '../../mcp/client-configuration.ts';
import { ToolOffer } from '../../mcp/tool-offer.ts';
import type { OfferedTools } from '../../tools/offered-tools.ts';
import { showMessage } from '../model-text/messages.ts';
import { PortToken } from '../serving/port-token.ts';
import type { Settings } from '../window/settings.ts';
import { OfferMenu } from './offer-menu.ts';

interface OfferingParts {
  readonly tools: OfferedTools;
  readonly settings: Settings;
  readonly context: vscode.ExtensionContext;
  /** Gets the address at which the tools are offered, or undefined. */
  shown(url: string | undefined): void;
  failed(thrown: unknown): void;
}

const portKey = 'offerPort';

/** Registers *Offer Tools to Other Agents*, and offers them from now on if the user has switched it on. */
export function registerOffering({ tools, settings, context, shown, failed }: OfferingParts): vscode.Disposable {
  const { workspaceState, secrets, globalStorageUri, storageUri } = context;
  const extension = context.extension.packageJSON as { readonly version: string };
  const bridge = new BridgeProgram(context.asAbsolutePath('dist/mcp.mjs'), globalStorageUri.fsPath);
  // An agent that was let into one workspace is not let into the others.
  const token = new PortToken(secrets, `offerToken ${storageUri?.fsPath ?? ''}`);
  const folders = (): readonly string[] =>
    (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => (uri.scheme === 'file' ? [uri.fsPath] : []));
  const offer = new ToolOffer(
    {
      tools,
      version: extension.version,
      wanted: () => settings.offersTools,
      token: () => token.read(),
      stateDirectory: () =>
        path.resolve(settings.stateDirectory ?? defaultStateDirectory(process.platform, process.env, homedir())),
      folders,
      lastPort: {
        get: () => workspaceState.get<number>(portKey, 0),
        set: async (port) => workspaceState.update(portKey, port),
      },
      installBridge: bridge.install,
      startPort: (options) => portModule(context.asAbsolutePath('dist/tool-port.cjs')).ToolPort.start(options),
    },
    shown,
  );
  const program = (): ProgramConfiguration => ({
    command: settings.nodePath ?? process.execPath,
    args: [
      bridge.file,
      ...(settings.stateDirectory === undefined ? [] : ['--state-dir', path.resolve(settings.stateDirectory)]),
    ],
    ...(process.versions.electron !== undefined && { env: { ELECTRON_RUN_AS_NODE: '1' } }),
  });
  const menu = new OfferMenu(offer, settings, token, program);
  const apply = (): void => void offer.apply().catch(failed);
  if (settings.offersTools) apply();
  return vscode.Disposable.from(
    command('offerTools', () =>
      menu.show().catch(async (thrown: unknown) => {
        failed(thrown);
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        await showMessage('error', vscode.l10n.t('The tools cannot be offered: {0}', reason));
      }),
    ),
    settings.onChange(['offerTools'], apply),
    vscode.workspace.onDidChangeWorkspaceFolders(apply),
    { dispose: () => void offer.dispose().catch(failed) },
  );
}

/** The module of the port, in a bundle of its own. */
function portModule(file: string): typeof import('../../mcp/tool-port.ts') {
  return createRequire(file)(file) as typeof import('../../mcp/tool-port.ts');
}

function command(name: string, run: () => Promise<void>): vscode.Disposable {
  return vscode.commands.registerCommand(`moonwright.${name}`, run);
}
