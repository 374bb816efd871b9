/** Folders that hold tests and what only tests use. */
const testFolder = /(^|\/)(__tests__|tests?|specs?)\//;

/**
 * How files with tests are named. JavaScript gets only the first form: `test-setup.js` and `apiSpec.ts` are usually no
 * tests, and the embedded model was taught a workspace block that lists them as sources.
 */
const testNames: readonly RegExp[] = [
  /[._-](test|spec)\.\w+$/, // any language: cart.test.js, cart_test.go, cart-spec.rb
  /(^|\/)tests?(_[^/]*)?\.pyw?$/, // Python: test_cart.py, tests.py
  /(^|\/)tests?\.rs$/, // Rust: a module of tests
  /(^|\/)test_[^/]*\.(rb|lua|sh|bash|php|rs|c|cc|cpp|cxx)$/, // test_cart.rb
  /[._-]([Uu]nit[Tt]ests?|[Tt]ests|[Ss]pecs)\.(cc|cpp|cxx|c|cs|ps1|py|rs|rb|lua|php)$/, // Cart.Tests.ps1
  /[a-z0-9](Tests?|TestCase|Spec)\.(java|kt|groovy|scala|cs|php|swift|c|cc|cpp|cxx|h|hpp)$/, // CartTest.java
  /(^|\/)Test[A-Z]\w*\.(java|kt|py)$/, // TestCart.java
  /\.bats$/, // shells
];

/** True for a file that holds tests, by its name or because it is in `__tests__`. `path` uses `/` or `\`. */
export function isTestFile(path: string): boolean {
  const name = path.replaceAll('\\', '/');
  return /(^|\/)__tests__\//.test(name) || testNames.some((pattern) => pattern.test(name));
}

/** True for a test file and for anything else in a folder of tests, such as helpers. `path` is workspace-relative. */
export function isTestCode(path: string): boolean {
  return testFolder.test(path.replaceAll('\\', '/')) || isTestFile(path);
}
