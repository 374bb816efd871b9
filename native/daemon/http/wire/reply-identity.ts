import { randomUUID } from 'node:crypto';
import type { EndpointModel } from '../endpoint-model.ts';

/** The fields that name one answer, the same in each of its chunks. */
export interface ReplyIdentity {
  readonly id: string;
  readonly created: number; // seconds since 1970
  readonly model: string;
  readonly system_fingerprint: string;
}

/** Names what computes answers. With `--reproducible` it also tells that equal seeds give equal answers. */
export function systemFingerprint({ loaded: { fingerprint, plan, reproducible, threads } }: EndpointModel): string {
  const name = `fp_${fingerprint.slice(0, 12)}`;
  return reproducible === true ? `${name}_${plan.kvType}_t${threads}` : name;
}

/** Identity of a new answer; `prefix` names its kind, e.g. `chatcmpl`. */
export function newReply(prefix: string, model: EndpointModel): ReplyIdentity {
  return {
    id: `${prefix}-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: model.loaded.name,
    system_fingerprint: systemFingerprint(model),
  };
}
