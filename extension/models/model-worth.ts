import { codingMax } from '../../native/protocol/model.ts';
import { translate } from '../translation.ts';
import type { MachineModel } from './machine-models.ts';

/** Tokens per second below which waiting is felt: about as fast as one reads. */
const readingSpeed = 15;
/** What more speed than that is worth at most, in classes. */
const quickMax = 0.5;
const contextForProjects = 32_768;
const contextForFiles = 16_384;
/** What a model that only completes or embeds is worth beside one that holds a conversation. */
const otherRolePenalty = 10;

/** How well a model serves as a coding agent on this machine, in classes of the catalogue, and what that is made of. */
export interface ModelWorth {
  readonly total: number;
  /** Its class, and whether it is only guessed from its size; undefined for other roles. */
  readonly coding: number | undefined;
  readonly guessed: boolean;
  /** What it loses for weights of one or two bits, for being slower than one reads, and for a short context. */
  readonly coarse: number;
  readonly slow: number;
  readonly short: number;
}

/**
 * A model that cannot be planned is worth least. What fits nowhere is ordered by how little is missing, behind all that
 * fits.
 */
export function worthOf(model: MachineModel): ModelWorth {
  const { summary, planned } = model;
  const isAgent = summary.role === 'agent';
  const guessed = isAgent && summary.coding === undefined;
  const coding = isAgent ? (summary.coding ?? guessedClass(model)) : undefined;
  const base = { coding, guessed, coarse: coarseness(model), slow: 0, short: 0 };
  if (planned === undefined) return { ...base, total: Number.NEGATIVE_INFINITY };
  const ability = (coding ?? -otherRolePenalty) - base.coarse;
  if (planned.fit === 'none')
    return { ...base, total: (isAgent ? 0 : -otherRolePenalty) - 100 - Math.log2(planned.sizeBytes / 1e9) };
  // Each halving costs a class, and two below a quarter: then nobody waits for it any more.
  const pace = Math.log2((planned.plan.speed?.decodeTokensPerSecond ?? readingSpeed) / readingSpeed);
  const slow = pace < -2 ? -2 * pace - 2 : Math.max(0, -pace);
  const short = shortness(planned.contextLargest);
  return { ...base, slow, short, total: ability - slow - short + Math.min(quickMax, Math.max(0, pace / 2)) };
}

/** Why a model stands where it does in the list, in one line; undefined where nothing is known. */
export function worthLine(model: MachineModel): string | undefined {
  const { coding, guessed, coarse, slow, short } = worthOf(model);
  if (coding === undefined || model.planned === undefined) return undefined;
  if (model.planned.fit === 'none') return translate('Order: what does not fit stands by its size.');
  const known = translate('Order: coding {0} of {1}', coding, codingMax);
  const facts = [
    guessed ? translate('{0}, guessed from its size', known) : known,
    coarse > 0 ? translate('lower for its coarse weights') : undefined,
    slow >= 0.5 ? translate('lower for its speed') : undefined,
    short > 0 ? translate('lower for its short context') : undefined,
  ];
  return `${facts.filter((fact) => fact !== undefined).join(' · ')}.`;
}

function shortness(contextLargest: number): number {
  if (contextLargest < contextForFiles) return 2;
  return contextLargest < contextForProjects ? 1 : 0;
}

/** Classes that rounding to one or two bits is taken to cost, told from the name of the quantisation. */
function coarseness({ summary, planned }: MachineModel): number {
  const name = planned?.quantisation ?? summary.path?.split(/[\\/]/).at(-1) ?? '';
  const bits = /(?:^|[-_.])(?:I|T)?Q(\d)(?:_|$|\.)/i.exec(name)?.[1];
  if (bits === '1') return 1.5;
  return bits === '2' ? 0.5 : 0;
}

/** Of a model that nobody described only the size is known. */
function guessedClass({ planned }: MachineModel): number {
  const gigabytes = (planned?.sizeBytes ?? 0) / 1e9;
  return [1.5, 4, 10].filter((least) => gigabytes >= least).length;
}
