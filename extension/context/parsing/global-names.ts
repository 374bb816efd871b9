/** Names that every JavaScript file may use besides those of the runtime: of browsers, modules and test runners. */
const javascriptNames =
  'arguments async undefined window document navigator location history localStorage sessionStorage indexedDB ' +
  'alert confirm prompt getComputedStyle matchMedia requestAnimationFrame cancelAnimationFrame requestIdleCallback ' +
  'customElements screen frames parent top self opener Image Audio Option XMLHttpRequest FileReader HTMLElement ' +
  'Element Node NodeList Document ShadowRoot DOMParser MutationObserver ResizeObserver IntersectionObserver Worker ' +
  'SharedWorker ServiceWorker Notification MouseEvent KeyboardEvent PointerEvent CustomEvent WheelEvent ' +
  'HTMLInputElement HTMLButtonElement HTMLCanvasElement HTMLFormElement SVGElement CSS Range Selection ' +
  'chrome browser importScripts caches clients require module exports __dirname __filename process Buffer global ' +
  'describe it test suite expect assert beforeEach afterEach beforeAll afterAll before after jest vi cy sinon ' +
  'React JSX $ jQuery define Deno Bun';
const pythonNames =
  '__file__ __path__ __annotations__ ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup ' +
  'BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ' +
  'ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError ' +
  'Exception ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ' +
  'ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError ' +
  'KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplemented ' +
  'NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError ' +
  'RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration ' +
  'SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError ' +
  'UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError ' +
  'Warning WindowsError ZeroDivisionError __build_class__ __debug__ __doc__ __import__ __loader__ __name__ ' +
  '__package__ __spec__ abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod ' +
  'compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset ' +
  'getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max ' +
  'memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice ' +
  'sorted staticmethod str sum super tuple type vars zip __class__ reveal_type';

const javascript: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ...javascriptNames.split(' '),
]);
const python: ReadonlySet<string> = new Set(pythonNames.split(' '));

/** Names that a language, its usual environments and test runners define. `grammar` is a JavaScript kind or Python. */
export function globalNames(grammar: string): ReadonlySet<string> {
  return grammar === 'python' ? python : javascript;
}
