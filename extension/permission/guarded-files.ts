import path from 'node:path';
import picomatch from 'picomatch';

/**
 * Files that run code later, on the user's machine or in CI, or that instruct agents: in any folder. Changing them is
 * asked for also where other changes are not. The user's setting names more, or fewer.
 */
const guardedNames: readonly string[] = [
  // The editor and its agents.
  '.vscode/**',
  '.idea/**',
  '*.code-workspace',
  '{.mcp,mcp}.json',
  // Instructions and settings of agents.
  '{AGENT,AGENTS,AGENTS.override,CLAUDE,CLAUDE.local,GEMINI,SKILL}.md',
  '*.{instructions,prompt,chatmode,agent}.md',
  '.github/{copilot-instructions.md,instructions/**,prompts/**,chatmodes/**,agents/**}',
  '{.cursorrules,.windsurfrules,.clinerules,.rules}',
  '{.clinerules,.claude,.cursor,.codex,.windsurf,.gemini,.continue,.opencode,.kimi,.roo,.agents}/**',
  '.aider*',
  // Packages: scripts, sources and versions of what is installed.
  '{package,composer,deno,bunfig}.{json,jsonc,toml}',
  '{.npmrc,.yarnrc*,.pnpmfile*,pnpm-workspace.yaml,.bunfig.toml}',
  '.yarn/**',
  '{*.lock,*.lockb,*.lockfile,*-lock.{yaml,yml,json},npm-shrinkwrap.json,go.sum}',
  '{Cargo.toml,build.rs,rust-toolchain*,.cargo/**,go.mod,go.work}',
  '{pyproject.toml,setup.{py,cfg},Pipfile,tox.ini,noxfile.py,conftest.py,*.pth,{site,user}customize.py}',
  '{Gemfile,*.gemspec,Podfile,mix.exs,Package.swift,build.zig,*.nix,build.sbt}',
  '{node_modules,bower_components,.venv,venv,virtualenv,site-packages}/**',
  // Builds.
  '{Makefile,GNUmakefile,*.mk,justfile,.justfile,Taskfile.{yml,yaml},Rakefile,Vagrantfile,Procfile}',
  '{CMakeLists.txt,*.cmake,meson.build,SConstruct,BUILD,BUILD.bazel,WORKSPACE,MODULE.bazel,*.bzl}',
  '{pom.xml,*.gradle,*.gradle.kts,gradle.properties,gradle-wrapper.*,gradlew*,mvnw*,.mvn/**,server.xml,web.config}',
  '*.{csproj,fsproj,vbproj,vcxproj,proj,props,targets,sln,slnx}',
  '{Dockerfile*,*.dockerfile,Containerfile*,{docker-,}compose*.{yml,yaml},.devcontainer.json,.devcontainer/**}',
  // Configurations of tools that are code, or name code to load.
  '*.{config,conf}.{js,cjs,mjs,ts,cts,mts,jsx,tsx,json}',
  '*.{setup,workspace}.{js,cjs,mjs,ts,cts,mts}',
  '{.eslintrc,.prettierrc,.babelrc,.mocharc,.stylelintrc,.lintstagedrc,.commitlintrc,.swcrc,.nycrc}*',
  '{gulpfile,gruntfile}.*',
  // Git, hooks and CI.
  '{.gitattributes,.gitmodules,.gitconfig}',
  '{.husky,.githooks,.circleci,.buildkite,.github/workflows,.github/actions}/**',
  '{.pre-commit-config,lefthook,.lefthook,.gitlab-ci,.travis,appveyor,bitbucket-pipelines}.{yml,yaml}',
  '{azure-pipelines*.{yml,yaml},Jenkinsfile}',
  // What shells and interpreters read when they start.
  '.{bashrc,bash_profile,bash_login,bash_logout,bash_aliases,profile,inputrc,envrc,login}',
  '.{zshrc,zprofile,zshenv,zlogin,zlogout,kshrc,cshrc,tcshrc}',
  '{config.fish,.config/fish/**,*profile.ps1,.direnv/**,.tool-versions,.mise.toml,mise.toml}',
  '.{vimrc,nvimrc,exrc,gdbinit,lldbinit,irbrc,pryrc,pythonrc*,Rprofile,curlrc,wgetrc}',
];

const options = { dot: true, nocase: true };
const isGuardedByDefault = picomatch(
  guardedNames.map((name) => `**/${name}`),
  options,
);
/** Matchers by the user's globs, which rarely change. */
const known = new Map<string, (name: string) => boolean>();
const knownMax = 100;

/**
 * True if one of these workspace-relative names belongs to a file that runs code later or instructs agents. A glob of
 * the user adds files; with `!` before it, it takes files out.
 */
export function namesGuarded(names: readonly string[], globs: readonly string[]): boolean {
  const matches = (glob: string, name: string): boolean => matcherOf(glob)(name);
  const more = globs.filter((glob) => !glob.startsWith('!'));
  const fewer = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .some(
      (name) =>
        (isGuardedByDefault(name) || more.some((glob) => matches(glob, name))) &&
        !fewer.some((glob) => matches(glob, name)),
    );
}

/** The names of paths below the folders of the workspace, links not followed. */
export function namesBelow(paths: readonly string[], roots: readonly string[]): string[] {
  return paths.flatMap((file) =>
    roots
      .map((root) => path.relative(root, file))
      .filter((name) => name !== '' && name !== '..' && !name.startsWith(`..${path.sep}`) && !path.isAbsolute(name)),
  );
}

function matcherOf(glob: string): (name: string) => boolean {
  const matcher = known.get(glob) ?? picomatch(glob, options);
  if (known.size >= knownMax) known.clear();
  known.set(glob, matcher);
  return matcher;
}
