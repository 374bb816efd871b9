import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Access } from '../../../extension/agent/agent-tools.ts';
import type { Rule } from '../../../extension/permission/policy.ts';
import { formatRule, parseRule } from '../../../extension/permission/rules.ts';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import { useGateFolder } from '../../support/extension/gate-world.ts';

const place = useGateFolder();
const { gate, read, write, run } = place;
const tests = (folder = '.', runner = 'node'): Access => ({
  kind: 'tests',
  runner,
  folder: path.resolve(place.root, folder),
});

describe('permissions', () => {
  it('allow reading inside and ask for reading outside', async () => {
    const { decide } = gate({});
    expect(await decide(read('src/a.js'))).toBe('read-allow');
    expect(await decide(read('../other/x'))).toBe('asked, refused');
  });

  it('deny writing outside, in every mode and whatever the rules', async () => {
    await symlink(place.outside, path.join(place.root, 'link'));
    await symlink(path.join(place.outside, 'f'), path.join(place.root, 'src/file-link'));
    for (const mode of ['ask', 'edit', 'autonomous'] as const) {
      const { decide } = gate({ mode, rules: ['allow edit(**)'] });
      for (const file of ['../other/x', 'src/../../other/x', 'link/x', '/etc/passwd', 'src/a.js/../../../other/x'])
        expect(await decide(write(file))).toBe('outside-write-deny');
    }
    const { decide } = gate({ mode: 'autonomous' });
    await writeFile(path.join(place.outside, 'f'), '');
    expect(await decide(write('src/file-link'))).toBe('outside-write-deny');
    expect(await decide(write('src/a.js', '../other/x'))).toBe('outside-write-deny');
    await symlink('../../other/not-yet', path.join(place.root, 'src/dangling'));
    await symlink('src/dangling', path.join(place.root, 'chain'));
    for (const file of ['src/dangling', 'chain', 'chain/deep'])
      expect(await decide(write(file))).toBe('outside-write-deny');
    await symlink('loop', path.join(place.root, 'loop'));
    expect(await decide(write('loop'))).toBe('autonomous-mode-allow');
  });

  it('deny running tests outside, whatever was granted for the tests of the project', async () => {
    await symlink(place.outside, path.join(place.root, 'link'));
    await symlink(path.join(place.outside, 'later'), path.join(place.root, 'dangling'));
    for (const mode of ['ask', 'autonomous'] as const) {
      const { decide } = gate({ mode, rules: ['allow tests(*)'] });
      for (const folder of ['../other', '/etc', 'src/../../other', 'link', 'link/deep', 'dangling', 'dangling/deep'])
        expect(await decide(tests(folder))).toBe('outside-tests-deny');
      expect(await decide(tests('src'))).toBe('user-rule-allow');
    }
  });

  it('let a call look at files only where it may ask or run, inside and at no secret', async () => {
    for (const access of [write('src/a.js'), tests(), run('cat .env')])
      expect(await gate({}).mayLook(access)).toBe(true);
    for (const access of [write('.env'), write('../other/x'), write('src/a.js', '.git/config'), tests('.env')])
      expect(await gate({ mode: 'autonomous' }).mayLook(access)).toBe(false);
    for (const access of [write('src/a.js'), tests(), run('ls')]) {
      expect(await gate({ mode: 'plan' }).mayLook(access)).toBe(false);
      expect(await gate({ trusted: false }).mayLook(access)).toBe(false);
      expect(await gate({ rules: ['deny edit(**)', 'deny tests(*)', 'deny run(*)'] }).mayLook(access)).toBe(false);
    }
  });

  it('change and run nothing in an untrusted workspace', async () => {
    const { decide } = gate({ mode: 'autonomous', trusted: false, rules: ['allow edit(**)', 'allow run(*)'] });
    for (const access of [write('src/a.js'), run('ls'), tests(), { kind: 'external', tool: 't' } as const])
      expect(await decide(access)).toBe('untrusted-workspace-deny');
    expect(await decide(read('src/a.js'))).toBe('read-allow');
  });

  it('change and run nothing in plan mode', async () => {
    const { decide } = gate({ mode: 'plan', rules: ['allow edit(**)'] });
    for (const access of [write('src/a.js'), run('ls'), tests()]) expect(await decide(access)).toBe('plan-mode-deny');
  });

  it('follow the modes', async () => {
    const results = async (mode: PermissionMode) => {
      const { decide } = gate({ mode });
      return [await decide(write('src/a.js')), await decide(tests()), await decide(run('npm test'))];
    };
    expect(await results('ask')).toEqual(['asked, refused', 'asked, refused', 'asked, refused']);
    expect(await results('edit')).toEqual(['edit-mode-allow', 'asked, refused', 'asked, refused']);
    expect(await results('autonomous')).toEqual([
      'autonomous-mode-allow',
      'autonomous-mode-allow',
      'autonomous-mode-allow',
    ]);
  });

  it('ask once per runner, and once per command, for a session', async () => {
    const { decide, asked } = gate({ answer: 'session' });
    expect(await decide(tests())).toBe('asked, allowed');
    expect(await decide(tests())).toBe('session-grant-allow');
    expect(await decide(tests('.', 'pytest'))).toBe('asked, allowed');
    expect(await decide(run('npm test'))).toBe('asked, allowed');
    expect(await decide(run('npm  test'))).toBe('session-grant-allow');
    expect(await decide(run('npm test; rm -rf x'))).toBe('asked, allowed');
    expect(await decide(run('npm test && npm test'))).toBe('session-grant-allow');
    expect(asked).toEqual(['tests(node)', 'tests(pytest)', 'run(npm test)', 'run(npm test), run(rm -rf x)']);
  });

  it('keep a rule the user makes', async () => {
    const { decide, added } = gate({ answer: 'rule' });
    expect(await decide(write('src/a.js'))).toBe('asked, allowed');
    expect(added).toEqual(['edit(src/a.js)']);
    expect(await decide(write('src/a.js'))).toBe('user-rule-allow');
    expect(await decide(write('src/b.js'))).toBe('asked, allowed');
  });

  it('put deny before ask before allow', async () => {
    const { decide } = gate({
      mode: 'autonomous',
      rules: [
        'allow edit(**)',
        'deny edit(src/gen/**)',
        'ask edit(src/core/**)',
        'allow run(npm *)',
        'deny run(npm publish *)',
        'ask run(git push *)',
      ],
    });
    expect(await decide(write('src/gen/x.js'))).toBe('user-rule-deny');
    expect(await decide(write('src/a.js', 'src/gen/x.js'))).toBe('user-rule-deny');
    expect(await decide(write('src/core/x.js'))).toBe('asked, refused');
    expect(await decide(write('src/a.js'))).toBe('user-rule-allow');
    expect(await decide(run('npm run build'))).toBe('user-rule-allow');
    expect(await decide(run('npm publish --tag x'))).toBe('user-rule-deny');
    expect(await decide(run('echo a; npm publish x'))).toBe('user-rule-deny');
    expect(await decide(run('git push origin'))).toBe('asked, refused');
  });

  it('let no rule speak for a command that cannot be read', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)'] });
    expect(await decide(run('npm test $(rm -rf x)'))).toBe('asked, refused');
    expect(await decide(run('npm test > /etc/x'))).toBe('asked, refused');
  });

  it('deny what a rule forbids wherever it stands in a line', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)', 'deny run(rm *)', 'ask run(git push *)'] });
    for (const line of ['/bin/rm x', 'sudo rm x', "bash -c 'rm x'", 'echo $(rm x)', 'for f in a; do rm $f; done'])
      expect(await decide(run(line))).toBe('user-rule-deny');
    for (const line of ['rm x > out', 'find . | xargs rm', 'find . -exec rm {} +', 'ls \\\r\nrm x', 'r\\\nm -rf x'])
      expect(await decide(run(line))).toBe('user-rule-deny');
    expect(await decide(run('env CI=1 git push origin'))).toBe('asked, refused');
    expect(await decide(run('sudo ls'))).toBe('user-rule-allow');
  });

  it('deny what xargs may complete to a forbidden command', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['deny run(git push --force)'] });
    expect(await decide(run('echo push --force | xargs git'))).toBe('user-rule-deny');
    expect(await decide(run('echo x | xargs git add'))).toBe('autonomous-mode-allow');
  });

  it('ask about wrappers that cannot be looked through, also in autonomous mode', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)'] });
    for (const line of ['echo x | bash', 'sudo -s', 'env PATH=. ls', 'watch ls', 'ls \\\r\ntouch ../PWNED'])
      expect(await decide(run(line))).toBe('asked, refused');
  });

  it('let rules speak for lines with harmless additions', async () => {
    const { decide } = gate({ rules: ['allow run(npm test)', 'allow run(tail *)', 'allow run(wc *)'] });
    expect(await decide(run('CI=1 npm test 2>&1 | tail -30'))).toBe('user-rule-allow');
    expect(await decide(run('wc -l < src/a.js'))).toBe('user-rule-allow');
  });

  it('allow a line only when every command of it is allowed', async () => {
    const { decide } = gate({ rules: ['allow run(npm test)', 'allow run(ls *)'] });
    expect(await decide(run('npm test && ls -l'))).toBe('user-rule-allow');
    expect(await decide(run('npm test; rm -rf x'))).toBe('asked, refused');
    expect(await decide(run('npm testing'))).toBe('asked, refused');
  });
});

describe('rules', () => {
  it('are read from their text and written back', () => {
    expect(formatRule(parseRule('allow', ' run( npm test ) ') as Rule)).toBe('run(npm test)');
    for (const text of ['', 'run', 'run()', 'dance(x)', 'edit src']) expect(parseRule('allow', text)).toBeUndefined();
  });
});
