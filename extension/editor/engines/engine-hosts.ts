import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { SendRequest } from '../../remote-engine/http-request.ts';
import { RemoteHost, type ChosenEngine } from '../../remote-engine/remote-host.ts';
import type { Settings } from '../window/settings.ts';
import type { EngineMemory } from './engine-memory.ts';

/** Connects to an engine elsewhere, as far as the user has agreed to it. */
export type EngineHosts = (engine: ChosenEngine) => RemoteHost;

/** Hosts that send nothing without the user's consent. */
export function engineHosts(settings: Settings, memory: EngineMemory, send: SendRequest): EngineHosts {
  return (engine) =>
    new RemoteHost({
      engine,
      send,
      key: ({ address }) => memory.key(address.base),
      toldContext: ({ address }, model) => memory.find(address.base)?.contexts[model],
      permit: async ({ address }) => {
        // Read at every use: both may have changed in another window.
        if (settings.refusesElsewhere)
          throw new CodedError('auth.denied', vscode.l10n.t('This workspace uses no engine elsewhere.'));
        if (memory.find(address.base) === undefined)
          throw new CodedError(
            'auth.denied',
            vscode.l10n.t('Nothing was sent to {0}: run "Use an Engine Elsewhere…" and agree first.', address.host),
          );
      },
    });
}
