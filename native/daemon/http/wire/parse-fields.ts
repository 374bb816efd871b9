import { z } from 'zod';
import { CodedError } from '../../../protocol/coded-error.ts';
import { isDeeper, nestingMax } from '../../../protocol/nesting.ts';

/**
 * Checks a request's body against a schema; unknown fields are dropped. Throws request.invalid with
 * `data.field`, the path of the first wrong field, as OpenAI writes it: `messages[0].content`.
 */
export function parseFields<T>(schema: z.ZodType<T>, body: unknown): T {
  const deep = Object.entries(body ?? {}).find(([, value]) => isDeeper(value));
  if (deep !== undefined) throw invalidField(deep[0], `Expected at most ${nestingMax} levels.`);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = deepest(parsed.error.issues);
  throw invalidField(fieldPath(path), message);
}

/** The error for a field, or for the whole body without one. `message` says what was expected. */
export function invalidField(field: string, message: string): CodedError {
  if (field === '') return new CodedError('request.invalid', message);
  return new CodedError('request.invalid', `${field}: ${message}`, { data: { field } });
}

/** A field that may be left out or null: many clients write null for fields they do not set. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value): z.output<T> | undefined => value ?? undefined);
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The first issue. In a union, the issue of the branch that got furthest, or that only has the wrong size. */
function deepest(issues: readonly z.core.$ZodIssue[]): Problem {
  const issue = issues[0];
  if (issue === undefined) return { path: [], message: 'Expected another value.' };
  if (issue.code !== 'invalid_union') return { path: issue.path, message: sentence(issue) };
  const branches = issue.errors.filter((branch) => branch.length > 0).map((branch) => deepest(branch));
  const best = branches.reduce<Problem | undefined>(
    (one, other) => (one === undefined || other.path.length > one.path.length ? other : one),
    undefined,
  );
  if (best !== undefined && best.path.length > 0) return { path: [...issue.path, ...best.path], message: best.message };
  const sized = issue.errors
    .flat()
    .find(({ code, path }) => path.length === 0 && (code === 'too_big' || code === 'too_small'));
  return { path: issue.path, message: sentence(sized ?? issue) };
}

/** Zod's words in the form of ours: "Expected X but received Y." */
function sentence({ message }: z.core.$ZodIssue): string {
  const text = message.replace(
    /^Invalid (?:input|option): expected (.+?)(?:, received (.+))?$/,
    (_whole, expected: string, received?: string) =>
      `Expected ${expected}${received === undefined ? '' : ` but received ${received}`}`,
  );
  return text.endsWith('.') ? text : `${text}.`;
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
