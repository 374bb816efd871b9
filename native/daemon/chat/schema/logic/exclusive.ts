import type { JsonSchema } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { schemasOf } from '../keywords.ts';
import { mergeSchemas } from '../merge.ts';
import type { SchemaWork } from '../schema-work.ts';
import { negate } from './negate.ts';
import { normalForm } from './normal-form.ts';

/** Of more alternatives it is not looked which exclude each other. */
const alternativesMax = 6;
/** More ways not to fit another alternative are not written: they multiply. */
const waysMax = 3;

/**
 * The alternatives of a `oneOf`, each without what fits another one, too. Where that would be much to write, or cannot
 * be said, an alternative stays as it is, which admits more.
 */
export function exclusive(
  alternatives: readonly JsonSchema[],
  root: JsonSchema,
  work: SchemaWork,
): readonly JsonSchema[] {
  if (alternatives.length < 2 || alternatives.length > alternativesMax) return alternatives;
  const normal = alternatives.map((one) => normalForm(one, root, work, new Set()).schema);
  const negated = alternatives.map((one) => {
    const other = negate(one, root, work);
    return waysOf(other) > waysMax ? true : other;
  });
  return alternatives.map((one, at) => {
    const others = negated.filter(
      (other, place) =>
        place !== at && other !== true && mergeSchemas(normal[at] ?? true, normal[place] ?? true, work) !== false,
    );
    return others.length === 0 ? one : { allOf: [one, ...others] };
  });
}

function waysOf(schema: JsonSchema): number {
  return isJsonObject(schema) ? (schemasOf(schema, 'anyOf')?.length ?? 1) : 1;
}
