import path from 'node:path';
import picomatch from 'picomatch';
import { matchesGlob } from './shell/glob-match.ts';

/** Files that hold secrets or the repository's own data, in any folder. */
const secretPatterns = [
  '**/{.env,.env.*,*.env,.envrc,*.env~,.envrc~}',
  '**/*.{pem,key,p12,pfx,jks,keystore,ppk}',
  '**/id_{rsa,dsa,ecdsa,ed25519}*',
  '**/{.ssh,.gnupg,.aws,.config/gcloud}/**',
  '**/{.docker/config.json,.dockercfg,.kube/config,kubeconfig}',
  '**/{.netrc,_netrc,.npmrc,.yarnrc.yml,.pypirc,.pgpass,.my.cnf,.htpasswd,.git-credentials}',
  '**/.git',
  '**/.git/**',
  '**/.hg/**',
  '**/.svn/**',
  '**/{credentials,credentials.*}',
  '**/service-account*.json',
  '**/secrets.{json,yaml,yml,toml}',
  '**/*.tfvars{,.json}',
  '**/*.tfstate{,.backup}',
  '**/.{bash,zsh,sh,ksh,fish,python,node_repl,mysql,psql,sqlite,rediscli,irb}_history',
  '**/{.histfile,fish_history}',
  '**/.vscode/settings.json',
];
const harmless = [
  '**/{,*}.env.{example,sample,template,dist}',
  '**/{,*}{example,sample,template}.{env,tfvars}',
  '**/*.pub',
  // Not files: code that reads the environment.
  '**/{process,meta,import.meta,os,deno,bun}.env',
  '**/credentials{,.*}.{ts,tsx,mts,cts,js,jsx,mjs,cjs,vue,svelte,py,rb,go,rs,java,kt,cs,md}',
  '**/credentials{,.*}.{c,cc,cpp,h,hpp,swift,php,ex}',
];
const isSecret = picomatch(secretPatterns, { dot: true, nocase: true, ignore: harmless });

/** One name of each kind, and names of ordinary files: what a glob is about. */
const samples = [
  '.env',
  '.env.local',
  'prod.env',
  '.envrc',
  'a.pem',
  'a.key',
  'id_rsa',
  '.netrc',
  '.npmrc',
  '.git',
].concat(
  ['.git/config', '.ssh/id_rsa', '.aws/config', 'credentials', 'credentials.json', 'secrets.yaml', 'a.tfvars'],
  [
    '.pgpass',
    '.git-credentials',
    '.bash_history',
    'service-account.json',
    'a.p12',
    '.kube/config',
    '.docker/config.json',
  ],
);
const ordinary = ['main', 'index.ts', 'README.md', 'a.b.c', 'src/a/index.ts', 'data.json', 'x.yaml'];

/** True if a path, or a word of a command, names a secret. */
export function namesSecret(name: string): boolean {
  return isSecret(path.posix.normalize(name.replaceAll('\\', '/')));
}

/** True if a glob is about secrets: it matches the names of some, and no ordinary names. */
export function matchesSecrets(glob: string): boolean {
  if (!/[*?[]/.test(glob)) return false;
  const last = glob.slice(glob.lastIndexOf('/') + 1).toLowerCase();
  const matches = (name: string): boolean => matchesGlob(last, name.slice(name.lastIndexOf('/') + 1));
  return samples.some(matches) && !ordinary.some(matches);
}
