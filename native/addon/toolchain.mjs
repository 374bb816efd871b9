/** What differs between compilers: which one is installed, its flags, and Node's symbols on Windows. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const warnings = ['-Wall', '-Wextra'];

/** The compiler for `target` (such as "linux-x64"), with functions that make its command lines. */
export function toolchain(target) {
  const windows = target.startsWith('win32-');
  if (windows && process.platform === 'win32' && process.env.CXX === undefined) return visualStudio();
  const compileFlags = [
    '-std=c++17',
    '-O2',
    '-fvisibility=hidden',
    '-fvisibility-inlines-hidden',
    ...(windows ? [] : ['-fPIC']),
    ...warnings,
  ];
  const linkFlags = target.startsWith('darwin-')
    ? ['-bundle', '-undefined', 'dynamic_lookup', '-mmacosx-version-min=12.0']
    : windows
      ? ['-shared', '-s', '-static', '-static-libgcc', '-static-libstdc++']
      : ['-shared', '-s', '-pthread', '-Wl,-z,now']; // a missing symbol fails the loading of the addon, not a request
  const candidates =
    windows && process.platform !== 'win32'
      ? [target.endsWith('x64') ? 'x86_64-w64-mingw32-g++-posix' : 'aarch64-w64-mingw32-clang++']
      : [process.env.CXX, 'c++', 'clang++', 'g++'];
  const { command, version } = firstThatRuns(
    candidates.filter((name) => name !== undefined && name !== ''),
    target,
  );
  return {
    command,
    version,
    linkFlags,
    dependencyFiles: true,
    kind: 'gnu',
    // Only the headers of others are given as system headers: -MMD leaves those out of the dependencies.
    compile: ({ source, object, dependencies, target: rule, ownHeaders, includes, defines }) => [
      ...compileFlags,
      ...defines.map((define) => `-D${define}`),
      '-I',
      ownHeaders,
      ...includes.flatMap((folder) => ['-isystem', folder]),
      '-MMD',
      '-MF',
      dependencies,
      '-MT',
      rule,
      '-c',
      source,
      '-o',
      object,
    ],
    link: ({ objects, output, library }) => [
      ...linkFlags,
      '-o',
      output,
      ...objects,
      ...(library === undefined ? [] : [library]),
    ],
  };
}

/** On Windows Node's functions come from an import library; elsewhere the process provides them. */
export function importLibrary(target, tools, outFolder) {
  if (!target.startsWith('win32-')) return undefined;
  const definitions = require('node-api-headers').def_paths.node_api_def;
  const library = path.join(outFolder, tools.kind === 'msvc' ? 'node_api.lib' : 'libnode_api.a');
  if (tools.kind === 'msvc') {
    execFileSync(
      'lib',
      ['/nologo', `/def:${definitions}`, `/out:${library}`, `/machine:${target.endsWith('arm64') ? 'arm64' : 'x64'}`],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  } else {
    const dlltool = tools.command.replace(/(g|clang)\+\+(-posix)?$/, 'dlltool');
    // A delay-import library: our hook (host-symbols.cpp) finds the host, which is not always called node.exe.
    execFileSync(
      dlltool === tools.command ? 'dlltool' : dlltool,
      ['-d', definitions, '-y', library, '-D', 'node.exe'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }
  return library;
}

function visualStudio() {
  const { command, version } = firstThatRuns(['cl'], 'win32', []);
  const compileFlags = [
    '/nologo',
    '/std:c++17',
    '/O2',
    '/EHsc',
    '/MD',
    '/utf-8',
    '/W3',
    '/DNOMINMAX',
    '/DWIN32_LEAN_AND_MEAN',
  ];
  const linkFlags = ['/link', '/nologo', '/DLL', '/DELAYLOAD:node.exe', 'delayimp.lib'];
  return {
    command,
    version,
    linkFlags,
    dependencyFiles: false,
    kind: 'msvc',
    compile: ({ source, object, ownHeaders, includes, defines }) => [
      ...compileFlags,
      ...defines.map((define) => `/D${define.replaceAll('"', String.raw`\"`)}`),
      `/I${ownHeaders}`,
      ...includes.map((folder) => `/I${folder}`),
      '/c',
      source,
      `/Fo${object}`,
    ],
    link: ({ objects, output, library }) => ['/nologo', '/LD', ...objects, library, ...linkFlags, `/OUT:${output}`],
  };
}

function firstThatRuns(candidates, target, question = ['--version']) {
  for (const command of candidates) {
    try {
      const version = execFileSync(command, question, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
        '\n',
      )[0];
      return { command, version };
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  const ways = "Debian: apt-get install g++; macOS: xcode-select --install; Windows: Visual Studio's C++ tools";
  throw new Error(
    `No C++ compiler for ${target} was found (looked for ${candidates.join(', ')}). Install one (${ways}) or set CXX.`,
  );
}
