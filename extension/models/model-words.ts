import type {
  MemoryPart,
  MemoryPlan,
  ModelFit,
  ModelOrigin,
  ModelRole,
  PlannedModel,
} from '../../native/protocol/model.ts';
import { translate } from '../translation.ts';
import type { MachineModel, ModelFiles, ModelGroupName } from './machine-models.ts';
import { worthLine } from './model-worth.ts';

/** The heading of a group. */
export function groupTitle(name: ModelGroupName): string {
  switch (name) {
    case 'inUse':
      return translate('In use');
    case 'here':
      return translate('On this machine');
    case 'fitting':
      return translate('For this machine');
    case 'tooLarge':
      return translate('Too large for this machine');
  }
}

/** Where a model would run. */
function fitText(fit: ModelFit): string {
  switch (fit) {
    case 'gpu':
      return translate('GPU');
    case 'gpu-and-ram':
      return translate('GPU + RAM');
    case 'ram':
      return translate('RAM');
    case 'none':
      return translate('does not fit');
  }
}

/** The program whose files these are. */
export function originText(origin: ModelOrigin): string {
  const names: Record<ModelOrigin, string> = {
    moonwright: 'Moonwright',
    'hugging-face': translate("Hugging Face's cache"),
    'lm-studio': 'LM Studio',
    'llama.cpp': 'llama.cpp',
    ollama: 'Ollama',
  };
  return names[origin];
}

/** The row of a model beside its name: where it runs, how fast, how long a context, how large, and whose it is. */
export function modelLine({ summary, planned, problem, files }: MachineModel): string {
  const owner = files === undefined || files.own ? undefined : originText(files.origin);
  if (planned === undefined) return [problem ?? translate('cannot be planned'), owner].filter(isText).join(' · ');
  const facts = planned.fit === 'none' ? [fitText('none')] : runFacts(planned);
  return [...facts, sizeText(planned), roleText(summary.role), owner].filter(isText).join(' · ');
}

function isText(fact: string | undefined): fact is string {
  return fact !== undefined;
}

function runFacts(planned: PlannedModel): (string | undefined)[] {
  return [fitText(planned.fit), speedText(planned.plan), translate('{0} context', tokensText(planned.contextLargest))];
}

/** The plan while its settings are changed: what is gained or lost by them. */
export function planLine(planned: PlannedModel): string {
  const { plan, fit } = planned;
  const memory = plan.parts.map((part) => `${deviceName(part)} ${bytesText(neededBytes(part))}`).join(' + ');
  const facts = [
    fitText(fit),
    speedText(plan),
    translate('{0} context', tokensText(plan.contextTokens)),
    translate('KV cache {0}', plan.kvType),
    memory,
  ];
  return facts.filter(isText).join(' · ');
}

/**
 * The plan as Markdown, with a table of the memory and why the model stands where it does. Quotes names of devices and
 * the daemon's notes.
 */
export function planMarkdown(model: MachineModel): string {
  const { summary, planned, problem, files } = model;
  const owner = files === undefined ? [] : [ownerText(files), ''];
  if (planned === undefined) return [`**${summary.name}**`, '', problem ?? '', '', ...owner].join('\n');
  const { plan } = planned;
  const order = worthLine(model);
  const lines = [`**${summary.name}**`, '', summary.description, '', ...owner];
  if (order !== undefined) lines.push(order, '');
  lines.push(`| ${translate('Memory')} | ${translate('needed')} | ${translate('available')} |`, '|---|--:|--:|');
  for (const part of plan.parts) {
    const available = part.available === undefined ? '?' : bytesText(part.available);
    lines.push(`| ${deviceName(part)} | ${bytesText(neededBytes(part))} | ${available} |`);
  }
  lines.push('', ...factLines(planned), ...licenceLine(summary.licence), '');
  for (const note of plan.notes) lines.push(`- ${note}`);
  return lines.join('\n');
}

/** Whose the files are, and so whether they can be deleted here. */
function ownerText({ origin, own }: ModelFiles): string {
  if (own) return translate("Its files are Moonwright's.");
  return translate('Its files belong to another program ({0}), so they are not deleted here.', originText(origin));
}

function factLines(planned: PlannedModel): string[] {
  const { plan, fit, contextLargest } = planned;
  const speed = speedText(plan);
  const longest = translate('at most {0}', tokensText(contextLargest));
  const named = planned.quantisation === undefined ? '' : ` (${planned.quantisation})`;
  return [
    `${translate('Placement')}: ${fitText(fit)}${speed === undefined ? '' : `, ${speed}`}  `,
    `${translate('Context')}: ${tokensText(plan.contextTokens)}, ${longest}  `,
    `${translate('Size')}: ${sizeText(planned)}${named}  `,
    `${basisText(planned)}  `,
  ];
}

function licenceLine(licence: string | undefined): string[] {
  return licence === undefined ? [] : [`${translate('Licence')}: ${licence}`];
}

/** Where the numbers of a plan are from; a plan that is partly assumed is called an estimate. */
function basisText({ basis }: PlannedModel): string {
  switch (basis) {
    case 'file':
      return translate('Planned from its file.');
    case 'published':
      return translate('Planned from the numbers that its makers published.');
    case 'assumed':
      return translate('An estimate: not all of its numbers are published.');
  }
}

/** Tokens per second, as the upper bound it is. */
function speedText({ speed }: Pick<MemoryPlan, 'speed'>): string | undefined {
  if (speed === undefined) return undefined;
  const rate = speed.decodeTokensPerSecond;
  return translate('≤ {0} tok/s', rate >= 10 ? Math.round(rate) : rate.toFixed(1));
}

/** `131k`, `1M`, `2048`. */
export function tokensText(tokens: number): string {
  if (tokens >= 1024 * 1024) return `${Math.round(tokens / (1024 * 1024))}M`;
  return tokens >= 10_000 ? `${Math.round(tokens / 1024)}k` : String(tokens);
}

/** A size for people; `~` before one that nobody states. */
function sizeText({ sizeBytes, sizeStated }: PlannedModel): string {
  return `${sizeStated ? '' : '~'}${bytesText(sizeBytes)}`;
}

/** `17.1 GB`, `29 MB`: decimal units, as shops and hubs count. */
function bytesText(bytes: number): string {
  if (bytes >= 99.5e9) return `${Math.round(bytes / 1e9)} GB`;
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

function roleText(role: ModelRole): string | undefined {
  if (role === 'completion') return translate('only completes code');
  return role === 'embedding' ? translate('only makes embeddings') : undefined;
}

function neededBytes({ weights, kv, compute }: MemoryPart): number {
  return weights + kv + compute;
}

function deviceName({ device }: MemoryPart): string {
  return device === 'CPU' ? translate('RAM') : device;
}
