import { placeOf } from './path-place.ts';
import { untrustedWorkspaceDeny } from './policies/untrusted-workspace-deny.ts';
import { userRuleDeny } from './policies/user-rule-deny.ts';
import type { PolicyInput, Rule } from './policy.ts';
import { Refusal } from '../rewrite/refusal.ts';
import { translate } from '../translation.ts';

export interface PermissionFacts {
  trusted(): boolean;
  roots(): readonly string[];
  rules(): readonly Rule[];
}

/**
 * Why the open document may not be changed. Only what forbids counts: the user asked for this change in this very
 * document and decides on it. `file`: its absolute path; undefined for a document that is no file.
 */
export async function editRefusal(facts: PermissionFacts, file: string | undefined): Promise<Refusal | undefined> {
  const paths = file === undefined ? [] : [file];
  const input: PolicyInput = {
    tool: 'edit_file',
    access: { kind: 'write', paths },
    commands: [],
    place: await placeOf(paths, facts.roots()),
    mode: 'edit',
    trusted: facts.trusted(),
    rules: facts.rules(),
    grants: [],
  };
  if (untrustedWorkspaceDeny(input) !== undefined)
    return new Refusal(
      translate('This workspace is not trusted, so nothing is changed in it. Questions are answered.'),
      'trust',
    );
  if (userRuleDeny(input) !== undefined)
    return new Refusal(translate('Your permission rules forbid changes of this file.'));
  return undefined;
}
