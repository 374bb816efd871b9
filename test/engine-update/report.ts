import { isSame, type ReleaseChanges } from './release-changes.ts';
import type { TemplateProbe } from './template-probe.ts';

/** What the trial of a release came to. */
export interface TrialResult {
  /** The last lines of the compiler; undefined: the addon was built. */
  readonly buildFailure: string | undefined;
  readonly passed: number;
  /** The tests that failed, with why. */
  readonly failed: readonly string[];
}

/** The lines of the report: what differs, what the trial came to, what to do next. */
export function reportLines(
  changes: ReleaseChanges,
  probes: readonly TemplateProbe[],
  missing: readonly string[],
  trial: TrialResult | undefined,
): string[] {
  return [
    `llama.cpp ${changes.from} -> ${changes.to}`,
    ...(isSame(changes) ? ['Nothing changed that concerns the project.'] : changeLines(changes)),
    ...probes.map(probeLine),
    ...(missing.length === 0 ? [] : [`NOT on npm in this release, so it cannot be used yet: ${missing.join(', ')}`]),
    ...(trial === undefined ? [] : trialLines(trial)),
    ...todoLines(changes, probes, trial),
  ];
}

function changeLines({ architectures, tokenizers, metadataKeys, templates, declarations }: ReleaseChanges): string[] {
  return [
    ...namesLines('architectures', architectures),
    ...namesLines('tokenizers', tokenizers),
    ...namesLines('keys of model files', metadataKeys),
    ...namesLines('chat templates', templates),
    ...(templates.changed.length === 0 ? [] : [`changed chat templates: ${templates.changed.join(', ')}`]),
    ...declarations.flatMap(({ name, before, after }) => [
      `the addon uses ${name}, which ${after === undefined ? 'is gone' : 'changed'}`,
      `  was ${before}`,
      ...(after === undefined ? [] : [`  is  ${after}`]),
    ]),
  ];
}

function namesLines(what: string, { added, removed }: ReleaseChanges['architectures']): string[] {
  return [
    ...(added.length === 0 ? [] : [`new ${what}: ${added.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`${what} that are gone: ${removed.join(', ')}`]),
  ];
}

function probeLine({ name, format, fallsBack, failure }: TemplateProbe): string {
  const family = fallsBack ? 'no family takes it: calls are written as plain text' : `family ${format}`;
  return `template ${name}: ${family}${failure === undefined ? '' : `; it FAILS: ${failure}`}`;
}

function trialLines({ buildFailure, passed, failed }: TrialResult): string[] {
  if (buildFailure !== undefined) return ['The addon does NOT build:', ...indented(buildFailure)];
  return [
    'The addon builds.',
    `native tests: ${passed} passed, ${failed.length} failed`,
    ...failed.map((one) => `  ${one}`),
  ];
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}

function todoLines(
  { architectures, declarations, templates }: ReleaseChanges,
  probes: readonly TemplateProbe[],
  trial: TrialResult | undefined,
): string[] {
  const todo = [
    declarations.some(({ after }) => after === undefined) || trial?.buildFailure !== undefined
      ? 'native/addon/platform/libraries.h and the sources that call what is gone or changed'
      : undefined,
    architectures.added.length > 0
      ? 'native/daemon/plan/model-facts.ts and native/daemon/gguf/check-dimensions.ts: whether a new architecture ' +
        'has windows, states or dimensions of its own; native/models/catalogue.json: whether to list its models'
      : undefined,
    ...probes
      .filter(({ fallsBack, failure }) => fallsBack || failure !== undefined)
      .map(({ name }) => `native/daemon/chat/formats/: a family for ${name}`),
    probes.length > 0
      ? "llama.cpp's tests of the templates: MOONWRIGHT_LLAMA_SOURCE=.cache/engine-update/VERSION npm run test:peers"
      : undefined,
    templates.changed.length > 0 ? 'test/fixtures/templates/: the changed templates, where they are there' : undefined,
    (trial?.failed.length ?? 0) > 0 ? 'the tests that failed' : undefined,
  ].filter((one) => one !== undefined);
  return todo.length === 0 ? [] : ['To look at:', ...todo.map((one) => `- ${one}`)];
}
