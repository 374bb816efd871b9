import type { Access } from '../agent/agent-tools.ts';
import type { Policy, PolicyInput, Verdict } from './policy.ts';
import { coveredBy, coversSome } from './rules.ts';

const changesOrRuns = (access: Access): boolean => access.kind !== 'none' && access.kind !== 'read';
const doesMoreThanRead = ({ access, onlyReads }: PolicyInput): boolean => changesOrRuns(access) && !onlyReads;

/**
 * The security model, top to bottom: the first policy with a true condition decides. It covers the model's calls and
 * the edits that the user asks for in an open document (inline chat, editor commands) alike.
 */
const policyOrder: readonly Policy[] = [
  // An untrusted workspace is only read.
  {
    name: 'untrusted-workspace-deny',
    when: ({ trusted, access }) => !trusted && changesOrRuns(access),
    effect: 'deny',
    reason: 'trust',
    text: 'Error: the user has not trusted this workspace, so nothing may be changed or run. Say what you would do.',
  },
  // The model never writes outside the workspace, whatever the mode or the rules.
  {
    name: 'outside-write-deny',
    when: ({ asker, access, place }) => asker === 'model' && access.kind === 'write' && place.outside,
    effect: 'deny',
    reason: 'place',
    text: 'Error: this path is outside the workspace. Write inside it only.',
  },
  // Tests are code: a grant for the project's tests says nothing about code elsewhere.
  {
    name: 'outside-tests-deny',
    when: ({ access, place }) => access.kind === 'tests' && place.outside,
    effect: 'deny',
    reason: 'place',
    text: 'Error: this path is outside the workspace. Run tests inside it only.',
  },
  // A denied call stays denied: deny rules come before everything the user allows. They also see commands
  // behind wrappers such as `sudo`, and in lines that cannot be read as a whole.
  {
    name: 'user-rule-deny',
    when: (input) => input.rules.some((rule) => rule.effect === 'deny' && coversSome(rule, input)),
    effect: 'deny',
    reason: 'rule',
    text: "Error: the user's rules forbid this call. Do it another way, or ask the user.",
  },
  // A user who asks for a change in an open document has allowed it. The modes are about the model.
  { name: 'user-edit-allow', when: ({ asker }) => asker === 'user', effect: 'allow' },
  // Plan mode is read-only. Commands such as `git status` only read.
  {
    name: 'plan-mode-deny',
    when: (input) => input.mode === 'plan' && doesMoreThanRead(input),
    effect: 'deny',
    reason: 'mode',
    text: 'Error: in plan mode nothing is changed or run. Say what you would do.',
  },
  // Keys, .env and .git are asked for in every mode.
  { name: 'secret-ask', when: ({ place }) => place.secret, effect: 'ask', mayBecomeRule: false },
  // Reading outside the workspace is the user's decision, also by `<` in a command.
  {
    name: 'outside-read-ask',
    when: ({ access, place }) => (access.kind === 'read' || access.kind === 'command') && place.outside,
    effect: 'ask',
    mayBecomeRule: false,
  },
  // The words of the line do not show everything it runs: no rule and no mode can allow it.
  {
    name: 'unreadable-command-ask',
    when: ({ line }) => line?.readable === false,
    effect: 'ask',
    mayBecomeRule: false,
  },
  // A search of a folder would show files that a deny rule keeps from reading: no allow rule has meant that.
  { name: 'denied-search-ask', when: ({ finds }) => finds === 'denied', effect: 'ask', mayBecomeRule: false },
  // Allowed for this session, also where a rule says ask.
  { name: 'session-grant-allow', when: (input) => coveredBy(input.grants, input), effect: 'allow' },
  // The user's rules: ask comes before allow, and the allow rules together must cover every part of the call.
  {
    name: 'user-rule-ask',
    when: (input) => input.rules.some((rule) => rule.effect === 'ask' && coversSome(rule, input)),
    effect: 'ask',
    mayBecomeRule: true,
  },
  {
    name: 'user-rule-allow',
    when: (input) =>
      coveredBy(
        input.rules.filter((rule) => rule.effect === 'allow'),
        input,
      ),
    effect: 'allow',
  },
  // Reading inside the workspace, also by commands, plans and questions need no permission.
  { name: 'read-allow', when: (input) => !doesMoreThanRead(input), effect: 'allow' },
  // A search of a folder shows secrets in it without naming them.
  { name: 'hidden-search-ask', when: ({ finds }) => finds !== 'nothing', effect: 'ask', mayBecomeRule: true },
  // In autonomous mode everything that came this far runs.
  { name: 'autonomous-mode-allow', when: ({ mode }) => mode === 'autonomous', effect: 'allow' },
  // A change of what later runs code, or instructs agents, is asked for.
  { name: 'guarded-file-ask', when: ({ guarded }) => guarded, effect: 'ask', mayBecomeRule: true },
  // The mode "edit automatically" allows changes of files, and nothing that runs.
  { name: 'edit-mode-allow', when: ({ mode, access }) => mode === 'edit' && access.kind === 'write', effect: 'allow' },
  // Everything else is asked.
  { name: 'fallback-ask', when: () => true, effect: 'ask', mayBecomeRule: true },
];

/** The verdict of the first policy that applies. */
export function decide(input: PolicyInput): Verdict {
  return (
    policyOrder.find((policy) => policy.when(input)) ?? { name: 'no-policy-ask', effect: 'ask', mayBecomeRule: false }
  );
}
