import type { NativeSampling } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';

/**
 * Fills what `options` leaves out from `defaults`, then from neutral values, and checks every value.
 * Throws `request.invalid` with the field's name in `data.field`.
 */
export function toNativeSampling(_options: SamplingOptions | undefined, _defaults: SamplingOptions): NativeSampling {
  throw new CodedError('internal.failed', 'Sampling is not there yet.');
}
