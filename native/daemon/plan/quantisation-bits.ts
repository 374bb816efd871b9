import type { WeightSizes } from './described-weights.ts';

/**
 * Bits per weight that files of a quantisation come to on the whole, from the sizes that llama-quantize states. The
 * first name that a quantisation contains counts.
 */
const fileBits: readonly (readonly [string, number])[] = [
  ['TQ1', 1.9],
  ['IQ1', 2.1],
  ['IQ2', 2.6],
  ['IQ3', 3.3],
  ['IQ4', 4.3],
  ['Q2_K_XL', 3],
  ['Q2', 2.8],
  ['Q3', 3.9],
  ['Q4_0', 4.6],
  ['Q4', 4.85],
  ['Q5', 5.7],
  ['Q6', 6.6],
  ['Q8', 8.5],
  ['F16', 16],
];
const unknownBits = 4.85;

/** The sizes of weights in a quantisation of this name. MXFP4 is for experts only; what is beside them is Q8_0. */
export function quantisationSizes(name: string, bytes: number | undefined): WeightSizes {
  if (name.includes('MXFP4')) return { expertBits: 4.25, otherBits: 8.5, bytes };
  const bits = fileBits.find(([part]) => name.includes(part))?.[1] ?? unknownBits;
  return { expertBits: bits, otherBits: bits, bytes };
}
