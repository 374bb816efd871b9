import { autonomousModeAllow } from './policies/autonomous-mode-allow.ts';
import { editModeAllow } from './policies/edit-mode-allow.ts';
import { fallbackAsk } from './policies/fallback-ask.ts';
import { outsideReadAsk } from './policies/outside-read-ask.ts';
import { outsideWriteDeny } from './policies/outside-write-deny.ts';
import { planModeDeny } from './policies/plan-mode-deny.ts';
import { readAllow } from './policies/read-allow.ts';
import { secretAsk } from './policies/secret-ask.ts';
import { sessionGrantAllow } from './policies/session-grant-allow.ts';
import { unreadableCommandAsk } from './policies/unreadable-command-ask.ts';
import { untrustedWorkspaceDeny } from './policies/untrusted-workspace-deny.ts';
import { userRuleAllow } from './policies/user-rule-allow.ts';
import { userRuleAsk } from './policies/user-rule-ask.ts';
import { userRuleDeny } from './policies/user-rule-deny.ts';
import type { Policy, PolicyInput, Verdict } from './policy.ts';

/** The security model, top to bottom: the first policy with an answer decides. */
export const policyOrder: readonly Policy[] = [
  untrustedWorkspaceDeny, // an untrusted workspace is only read
  outsideWriteDeny, // never write outside the workspace
  userRuleDeny, // what the user forbids stays forbidden
  planModeDeny, // plan mode is read-only
  secretAsk, // keys, .env and .git are asked for in every mode
  outsideReadAsk, // reading outside is the user's decision
  unreadableCommandAsk, // a command that cannot be parsed
  sessionGrantAllow, // allowed for this session, also where a rule says ask
  userRuleAsk, // the user's rules
  userRuleAllow,
  readAllow, // reading inside
  autonomousModeAllow, // the modes
  editModeAllow,
  fallbackAsk, // everything else
];

export function decide(input: PolicyInput): Verdict {
  for (const policy of policyOrder) {
    const verdict = policy(input);
    if (verdict !== undefined) return verdict;
  }
  return { effect: 'ask', by: 'none' };
}
