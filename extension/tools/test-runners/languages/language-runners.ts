import { planCtest } from './ctest-runner.ts';
import { planDotnetTests } from './dotnet-runner.ts';
import { planGradleTests, planMavenTests } from './jvm-runners.ts';
import type { LanguageRunner } from './language-runner.ts';
import { planPhpunitTests } from './php-runner.ts';
import { planMinitestTests, planRspecTests } from './ruby-runners.ts';

const jvmSource = /\.(java|kt|groovy|scala)$/;
const rubySource = /\.rb$/;

/** The runners of languages whose tools are found by the project's files alone. */
export const languageRunners: readonly LanguageRunner[] = [
  { manifest: /^pom\.xml$/, source: jvmSource, plan: planMavenTests },
  { manifest: /^(build|settings)\.gradle(\.kts)?$/, source: jvmSource, plan: planGradleTests },
  { manifest: /\.(sln|slnx|csproj|fsproj|vbproj)$/, source: /\.(cs|fs|vb)$/, plan: planDotnetTests },
  { manifest: /^(\.rspec|Gemfile|Rakefile)$/, source: rubySource, plan: planRspecTests },
  { manifest: /^(Gemfile|Rakefile)$/, source: rubySource, plan: planMinitestTests },
  { manifest: /^(phpunit\.xml(\.dist)?|composer\.json)$/, source: /\.php$/, plan: planPhpunitTests },
  { manifest: /^CMakeLists\.txt$/, source: /\.(c|cc|cpp|cxx|h|hh|hpp)$/, plan: planCtest },
];
