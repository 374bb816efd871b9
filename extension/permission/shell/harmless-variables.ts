/** Variables that only change how a program reports or where a test server listens: any value is harmless. */
const harmless = new Set(
  [
    ['CI', 'DEBUG', 'VERBOSE', 'QUIET', 'LOG_LEVEL', 'RUST_LOG', 'RUST_BACKTRACE'],
    ['NODE_ENV', 'RAILS_ENV', 'RACK_ENV', 'APP_ENV', 'MIX_ENV', 'GOOS', 'GOARCH', 'CGO_ENABLED'],
    ['FORCE_COLOR', 'NO_COLOR', 'CLICOLOR', 'CLICOLOR_FORCE', 'COLORTERM', 'TERM', 'COLUMNS', 'LINES'],
    ['LANG', 'LANGUAGE', 'TZ', 'PORT', 'UPDATE_SNAPSHOTS', 'UPDATE_SNAPSHOT', 'MOONWRIGHT_SLOW'],
  ].flat(),
);

/** Names that the shell, the loader, a runtime or a tool reads to find code, options, files or servers. */
const harmful = new RegExp(
  `^(?:${[
    // The shell and the loader.
    'PATH CDPATH ENV IFS PS\\d PROMPT.* SHELL.* BASH.* ZDOTDIR ZSH.* GLOBIGNORE FPATH FIGNORE INPUTRC HOME USER',
    'LOGNAME PWD OLDPWD OPTARG OPTIND RANDOM UID EUID LD LD_.* DYLD_.* LIBPATH SHLIB_PATH GCONV_PATH LOCPATH',
    'NLSPATH GLIBC.* MALLOC_.* TMP TEMP TMPDIR XDG_.* TERMCAP TERMINFO.* HIST.* MAIL.* FCEDIT EDITOR VISUAL PAGER',
    'MANPAGER BROWSER LESS.* MORE DISPLAY',
    // Languages and their tools.
    'NODE_(?!ENV$).* NPM.* NVM_.* YARN.* PNPM.* BUN_.* DENO_.* COREPACK.* ELECTRON.* TS_.* TSX.* TSC.* BABEL.*',
    'ESLINT.* SWC.* ESBUILD.* JEST.* VITE.* MOCHA.* NYC.* C8.* PYTHON.* PY_.* PYTEST.* PIP.* UV_.* POETRY.*',
    'CONDA.* VIRTUAL_ENV TOX.* COVERAGE.* DJANGO.* FLASK.* RUBY.* GEM_.* BUNDLE.* RAKE.* PERL.* PHP.* COMPOSER.*',
    'JAVA.* _JAVA.* JDK.* JVM.* CLASSPATH MAVEN.* MVN.* GRADLE.* ANT_.* SBT_.* KOTLIN.* SCALA.* DOTNET.*',
    'MSBUILD.* NUGET.* COR_.* CORECLR.* COMPLUS.* GO(?!OS$|ARCH$).* CGO_(?!ENABLED$).* CARGO.*',
    'RUST(?!_LOG$|_BACKTRACE$).* CC CXX CPP AR AS NM RANLIB FC CPATH C_INCLUDE.* CPLUS.* LIBRARY_.* COMPILER.*',
    'GCC.* CLANG.* CCACHE.* DISTCC.* MAKE.* MFLAGS GNUMAKE.* CMAKE.* CTEST.* NINJA.* MESON.* PKG_.* ACLOCAL.*',
    'AUTO.* LUA.* R_.* JULIA.* ERL.* ELIXIR.* MIX_(?!ENV$).* REBAR.* GHC.* STACK_.* CABAL.* OCAML.* OPAM.* NIX.*',
    'GUILE.* TCL.* SWIFT.* XCODE.* DEVELOPER_DIR FLUTTER.*',
    // Tools that read their configuration, or talk to servers.
    'GIT.* SSH.* GPG.* GNUPG.* SUDO.* DOCKER.* COMPOSE.* BUILDKIT.* KUBE.* HELM.* TF_.* TERRAFORM.* ANSIBLE.*',
    'VAULT.* AWS.* AZURE.* ARM_.* GOOGLE.* CLOUDSDK.* GCLOUD.* GH_.* GITHUB_TOKEN PG.* PSQL.* MYSQL.* REDISCLI.*',
    'SQLITE.* CURL.* WGET.* OPENSSL.* SSL.* REQUESTS_.* TAR_.* GZIP BZIP.* XZ_.* ZSTD.* RSYNC.* RIPGREP.* GREP_.*',
    'ACK.* FZF.* BAT_.* AWK.* POSIXLY.* VIM.* NVIM.* EMACS.* TMUX.* SCREEN.* SYSTEMD.* DBUS.* QT_.* GTK_.* GST_.*',
    'GIO_.* PLAYWRIGHT.* PUPPETEER.* CHROME.* SELENIUM.* CYPRESS.* PRE_COMMIT.* HUSKY.* LEFTHOOK.* .*PROXY',
    '.*_(?:PATH|PATHS|HOME|DIR|DIRS|ROOT|OPTS|OPTIONS|FLAGS|ARGS)',
    '.*_(?:COMMAND|CMD|EXEC|EXE|BIN|PROGRAM|EDITOR|PAGER|SHELL|WRAPPER)',
    '.*_(?:LAUNCHER|RUNNER|PRELOAD|LOADER|PLUGIN|PLUGINS|HOOK|HOOKS|INIT)',
    '.*_(?:RC|CONFIG|FILE|FILES|SCRIPT|IMPORT|REQUIRE|MODULE|MODULES|AGENT)',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
  'i',
);
/** A value that can hardly be a command or lead anywhere: a word, a number, a list, or the address of a server. */
const plainValue = /^(?:[\w.,:@%+-]*|(?:https?|postgres(?:ql)?|mysql|redis|mongodb|amqp):\/\/[\w.,:@%+=?&/-]*)$/;

/** Whether setting this variable for a command runs no other code. */
export function isHarmlessAssignment(name: string, value: string): boolean {
  if (harmless.has(name) || /^LC_[A-Z]+$/.test(name)) return true;
  return !harmful.test(name) && plainValue.test(value);
}

/** The parts of `NAME=value`; undefined for any other word. */
export function assignmentIn(word: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
}
