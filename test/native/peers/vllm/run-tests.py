"""Runs the test functions of vLLM's parsers in DIR/tests with the stand-ins, and reports how each ended.

    python3 run-tests.py DIR FILE...

Only the standard library: what the tests use of pytest is below."""

import contextlib
import importlib
import importlib.util
import inspect
import io
import itertools
import json
import linecache
import pathlib
import re
import sys
import types

here = pathlib.Path(__file__).parent


def load(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


stand_ins = load("stand_ins", here / "stand-ins.py")
NotApplicable = stand_ins.NotApplicable


class Marked:
    """A decorator that notes its arguments on the function."""

    def __init__(self, name, values, fields):
        self.name, self.values, self.fields = name, values, fields

    def __call__(self, target):
        target.__dict__ if isinstance(target, type) else None
        marks = [*getattr(target, "marks", []), self]
        target.marks = marks
        return target


class Mark:
    def __getattr__(self, name):
        def mark(*values, **fields):
            bare = len(values) == 1 and not fields and inspect.isroutine(values[0])
            return Marked(name, (), {})(values[0]) if bare else Marked(name, values, fields)

        return mark


class Fixture:
    def __init__(self, function, params):
        self.function, self.params = function, params

    def __get__(self, instance, owner):
        return self


def fixture(function=None, params=None, **_):
    return Fixture(function, params) if function is not None else lambda each: Fixture(each, params)


class Param:
    def __init__(self, *values, marks=(), id=None):
        self.values = values
        self.marks = marks if isinstance(marks, (list, tuple)) else [marks]


class Near(float):
    def __eq__(self, other):
        return abs(self - other) < 1e-6

    __hash__ = None


@contextlib.contextmanager
def raises(*_, **__):
    raise NotApplicable("expects an error")
    yield


def skip(reason="", **_):
    raise NotApplicable(f"is skipped: {reason}")


pytest = types.ModuleType("pytest")
pytest.fixture, pytest.mark, pytest.param, pytest.raises = fixture, Mark(), Param, raises
pytest.skip = pytest.xfail = pytest.importorskip = skip
pytest.FixtureRequest = object
pytest.approx = lambda number: Near(number)


def rows_of(test, owner):
    """The rows of values that the marks `parametrize` of a test amount to."""
    tables = []
    for mark in [*getattr(owner, "marks", []), *getattr(test, "marks", [])]:
        if mark.name in ("skip", "xfail"):
            raise NotApplicable(f"is marked {mark.name}")
        if mark.name != "parametrize":
            continue
        names, rows, *_ = [*mark.values, *[mark.fields[key] for key in ("argnames", "argvalues") if key in mark.fields]]
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        tables.append([row_of(names, row) for row in rows])
    return [merge(rows) for rows in itertools.product(*tables)]


def row_of(names, row):
    failing = isinstance(row, Param) and any(mark.name in ("skip", "xfail") for mark in row.marks)
    values = row.values if isinstance(row, Param) else (row if len(names) > 1 else (row,))
    return {**dict(zip(names, values)), **({"": "failing"} if failing else {})}


def merge(parts):
    return {name: value for part in parts for name, value in part.items()}


class Scope:
    """Where a test finds its fixtures: its class, its module, the folder's conftest."""

    def __init__(self, places, instance):
        self.places, self.instance = places, instance

    def find(self, name):
        for place in self.places:
            found = inspect.getattr_static(place, name, None)
            if found is None and isinstance(place, type):
                found = next((vars(base)[name] for base in place.__mro__ if name in vars(base)), None)
            if isinstance(found, Fixture):
                return found
        return None

    def needed(self, function, seen):
        for name in parameters(function):
            found = self.find(name)
            if found is not None and name not in seen:
                seen[name] = found
                self.needed(found.function, seen)
        return seen

    def variants(self, test):
        """One dict per combination of the parameters of the fixtures that a test needs."""
        wide = [(name, each.params) for name, each in self.needed(test, {}).items() if each.params]
        return [dict(zip([name for name, _ in wide], row)) for row in itertools.product(*[row for _, row in wide])]

    def call(self, function, chosen, made, row):
        given = {}
        for name in parameters(function):
            if name in row:
                given[name] = row[name]
            elif name == "request":
                given[name] = types.SimpleNamespace(node=Node(), param=None)
            else:
                given[name] = self.value(name, chosen, made, row)
        return function(self.instance, **given) if takes_self(function) else function(**given)

    def value(self, name, chosen, made, row):
        if name in made:
            return made[name]
        found = self.find(name)
        if found is None:
            raise NotApplicable(f"needs {name}")
        function = found.function
        if name in chosen and "request" in parameters(function):
            row = {**row, "request": types.SimpleNamespace(node=Node(), param=chosen[name])}
        value = self.call(function, chosen, made, row)
        made[name] = next(value) if inspect.isgenerator(value) else value
        return made[name]


class Node:
    def add_marker(self, mark):
        raise NotApplicable("is expected to fail there")


def takes_self(function):
    return next(iter(inspect.signature(function).parameters), None) == "self"


def parameters(function):
    listed = inspect.signature(function).parameters.values()
    return [each.name for each in listed if each.name != "self" and each.default is each.empty]


def tests_of(module):
    for name, value in vars(module).items():
        if name.startswith("test") and inspect.isfunction(value):
            yield name, value, module, None
        elif name.startswith("Test") and isinstance(value, type):
            for inner in dir(value):
                test = getattr(value, inner)
                if inner.startswith("test") and inspect.isfunction(test):
                    yield f"{name}.{inner}", test, value, value


def run(name, test, owner, places):
    scope = Scope(places, owner() if isinstance(owner, type) else None)
    try:
        rows = rows_of(test, owner) or [{}]
        cases = list(itertools.product(rows, scope.variants(test)))
    except NotApplicable as why:
        yield name, "other", str(why)
        return
    for at, (row, chosen) in enumerate(cases):
        title = f"{name}[{at}]" if len(cases) > 1 else name
        stand_ins.Parser.used = False
        stand_ins.Parser.seen = []
        try:
            if "" in row:
                raise NotApplicable("is expected to fail there")
            with contextlib.redirect_stdout(io.StringIO()):
                result = scope.call(test, chosen, {}, row)
            if inspect.iscoroutine(result):
                result.close()
                raise NotApplicable("is asynchronous")
            yield title, "equal" if stand_ins.Parser.used else "other", "does not read a reply"
        except NotApplicable as why:
            yield title, "other", str(why)
        except Exception as error:  # whatever a test of others throws is its result
            yield title, "different" if stand_ins.Parser.used else "other", told(error)


def told(error):
    """What failed, where, and what had been read of which text."""
    place = error.__traceback__
    while place.tb_next is not None:
        place = place.tb_next
    line = linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno).strip()
    seen = stand_ins.Parser.seen
    text = "".join(text for text, _ in seen)
    read = [answer for _, answer in seen if answer["text"] or answer["parts"] or answer["calls"]]
    return f"{type(error).__name__}: {error} in: {line}\n     {json.dumps(text)}\n     {json.dumps(read)}"


def with_end(streaming):
    """The end of a reply is known here, and the parser may hold text back until it comes."""

    def run_to_the_end(tool_parser, *values, **fields):
        reconstructor = streaming(tool_parser, *values, **fields)
        last = tool_parser.finish()
        if last is not None:
            reconstructor.append_delta(last)
        return reconstructor

    return run_to_the_end


def main(folder, files):
    sys.modules["pytest"] = pytest
    sys.meta_path.insert(0, stand_ins.StandInFinder())
    sys.path.insert(0, str(folder))
    shared = importlib.import_module("tests.tool_parsers.utils")
    shared.run_tool_extraction_streaming = with_end(shared.run_tool_extraction_streaming)
    conftest = folder / "tests/tool_parsers/conftest.py"
    common = [load("conftest", conftest)] if conftest.exists() else []
    for file in files:
        stand_ins.Parser.names = sorted(set(re.findall(r"(?!functions\.)\b[A-Za-z_][\w.-]*\b", file.read_text())))
        try:
            module = load(file.stem, file)
        except Exception as error:
            print_result(file.name, "", "other", f"does not load: {type(error).__name__}: {error}")
            continue
        for name, test, owner, cls in tests_of(module):
            places = [*([cls] if cls else []), module, *common]
            for title, outcome, message in run(name, test, owner, places):
                print_result(file.name, title, outcome, message)


def print_result(file, test, outcome, message):
    line = {"do": "result", "file": file, "test": test, "outcome": outcome, "message": message[:2000]}
    sys.__stdout__.write(json.dumps(line) + "\n")
    sys.__stdout__.flush()


main(pathlib.Path(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]])
