import { expect, it } from 'vitest';
import { isHarmlessAssignment } from '../../../../extension/permission/shell/harmless-variables.ts';

it.each(
  [
    [
      'PATH',
      'LD_PRELOAD',
      'LD_LIBRARY_PATH',
      'DYLD_INSERT_LIBRARIES',
      'NODE_OPTIONS',
      'NODE_PATH',
      'GIT_SSH',
      'GIT_DIR',
    ],
    ['BASH_ENV', 'ENV', 'IFS', 'PS4', 'SHELLOPTS', 'PROMPT_COMMAND', 'PYTHONPATH', 'PYTHONSTARTUP', 'PYTEST_ADDOPTS'],
    ['RUBYOPT', 'PERL5OPT', 'PERL5LIB', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'MAVEN_OPTS', 'GRADLE_OPTS', 'CLASSPATH'],
    ['npm_config_script_shell', 'NPM_CONFIG_PREFIX', 'EDITOR', 'GIT_EDITOR', 'PAGER', 'LESSOPEN', 'BROWSER', 'VISUAL'],
    ['CC', 'RUSTC_WRAPPER', 'RUSTFLAGS', 'CARGO_HOME', 'GOFLAGS', 'MAKEFLAGS', 'CMAKE_C_COMPILER', 'HOME', 'TMPDIR'],
    [
      'http_proxy',
      'HTTPS_PROXY',
      'SSL_CERT_FILE',
      'DOCKER_HOST',
      'KUBECONFIG',
      'AWS_PROFILE',
      'SOME_COMMAND',
      'X_PLUGIN',
    ],
  ].flat(),
)('%s decides what runs, with any value', (name) => {
  expect(isHarmlessAssignment(name, '1')).toBe(false);
});

it.each([
  'FOO',
  'CI',
  'PORT',
  'NODE_ENV',
  'GOOS',
  'RUST_LOG',
  'CGO_ENABLED',
  'API_URL',
  'DATABASE_URL',
  'FEATURE_X',
  'LC_ALL',
])('%s may stand before a command', (name) => {
  expect(isHarmlessAssignment(name, '1')).toBe(true);
});

it('a name that is not known is harmless with a plain value only', () => {
  for (const value of ['', '1', 'a,b', 'a:b', 'on', '1.2.3-x', 'http://localhost:80/a?b=c', 'postgres://me:pw@db/x'])
    expect(`${value}: ${isHarmlessAssignment('FOO', value)}`).toBe(`${value}: true`);
  for (const value of ['./a.sh', '/bin/sh', 'a b', '$x', 'a;b', '`a`', '../x', 'file:///etc', 'a\nb', "'", 'a[0]'])
    expect(`${value}: ${isHarmlessAssignment('FOO', value)}`).toBe(`${value}: false`);
});
