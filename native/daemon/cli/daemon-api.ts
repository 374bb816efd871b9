import type { DaemonApi } from '../server/daemon.ts';
import { ModelLifecycle } from '../server/model-lifecycle.ts';
import type { BackendChoice } from '../backend/backend-choice.ts';
import { findModels } from '../models/found-models.ts';
import type { ModelFolders } from '../models/model-folders.ts';
import { modelSummaries, resolveModel } from '../models/resolve.ts';
import { endpointHandler } from '../http/endpoint-handler.ts';
import { planCandidate } from '../plan/plan-candidate.ts';
import { loadModelRuntime } from '../session/model-runtime.ts';
import type { ModelRuntime } from '../session/model-runtime.ts';
import { SessionStore } from '../session/session-store.ts';
import { statusNumbers } from '../session/status-numbers.ts';
import type { LoadedModel } from '../../protocol/methods.ts';
import type { DaemonLog } from './daemon-log.ts';

export interface DaemonApiOptions {
  readonly version: string;
  readonly backend: BackendChoice;
  readonly folders: ModelFolders;
  readonly log: DaemonLog;
  /** Other names of the model for clients over HTTP. */
  readonly aliases: readonly string[];
  onModelChanged(model: LoadedModel | undefined): void;
}

/** Creates the model's lifecycle, its sessions and the HTTP endpoint for the daemon to serve. */
export function createDaemonApi(options: DaemonApiOptions): DaemonApi {
  const { backend, folders, log } = options;
  const { report, addon, opened } = backend;
  const sessions: SessionStore = new SessionStore({ runtime: () => lifecycle.runtime });
  const lifecycle: ModelLifecycle<ModelRuntime> = new ModelLifecycle<ModelRuntime>({
    check: async ({ model }) => void (await resolveModel(model, folders)),
    load: (load, onProgress, signal) => {
      const progress = (fraction: number): void => {
        log.progress(`loading ${load.model}`, fraction);
        onProgress(fraction);
      };
      return loadModelRuntime(
        { addon, report, folders, log: (level, text) => log.write(level, text) },
        load,
        progress,
        signal,
      );
    },
    turns: ({ runner }) => {
      const labels = sessions.turns();
      const { running, waiting } = runner.stats();
      // Requests over HTTP have no session.
      return [...labels, ...Array.from({ length: Math.max(0, running + waiting - labels.length) }, () => '')];
    },
    leaving: (_, next) => Promise.resolve(sessions.clear(next)),
    changed: (model) => options.onModelChanged(model),
  });
  return {
    facts: { version: options.version, engine: opened.release, backend: report },
    lifecycle,
    sessions,
    models: {
      list: (loadedName) => modelSummaries(folders, loadedName),
      find: async () => ({ found: await findModels(folders), folder: folders.own.at(-1) }),
      plan: (load, loaded) => planCandidate(load, { devices: report.devices, folders, loaded }),
      countTokens: async (texts) =>
        (await lifecycle.required().model.tokenizeMany(texts, false)).map((ids) => ids.length),
    },
    status: () => statusNumbers(lifecycle.runtime, sessions),
    endpoint: endpointHandler({
      runtime: () => lifecycle.runtime,
      aliases: options.aliases,
      log: (level, text) => log.write(level, text),
    }),
  };
}
