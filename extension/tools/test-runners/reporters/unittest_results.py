"""A result class for unittest that writes one JSON line a test to the file MOONWRIGHT_RESULTS."""
import inspect
import json
import linecache
import os
import unittest

__unittest = True  # keeps the frames of this file out of tracebacks

results = open(os.environ['MOONWRIGHT_RESULTS'], 'a', encoding='utf-8')
here = os.getcwd()


def write(**outcome):
    results.write(json.dumps(outcome) + '\n')
    results.flush()


def comparing(original):
    """assertEqual and its kind, whose errors keep both values."""

    def check(self, first, second, *args, **kwargs):
        try:
            return original(self, first, second, *args, **kwargs)
        except self.failureException as error:
            if not hasattr(error, 'compared_values'):
                error.compared_values = (repr(first), repr(second), kwargs.get('msg', next((one for one in args if isinstance(one, str)), None)))
            raise

    return check


for name in ('assertEqual', 'assertIs', 'assertAlmostEqual', 'assertCountEqual'):
    setattr(unittest.TestCase, name, comparing(getattr(unittest.TestCase, name)))


def place(test, traceback):
    """The test's file, and the last line in it on the way to the error."""
    case = getattr(test, 'test_case', test)
    file = os.path.abspath(inspect.getfile(type(case)))
    line = None
    while traceback is not None:
        if os.path.abspath(traceback.tb_frame.f_code.co_filename) == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    if line is None:
        try:
            line = inspect.getsourcelines(getattr(type(case), case._testMethodName))[1]
        except (AttributeError, OSError, TypeError):
            line = 1
    return {'file': file, 'line': line}


class MoonwrightResult:
    """To be mixed into a TextTestResult."""

    def name(self, test):
        case = getattr(test, 'test_case', test)
        name = getattr(case, '_testMethodName', str(test))
        # The values of a subtest tell it from the others.
        return name if case is test else '%s %s' % (name, test._subDescription())

    def failed(self, test, err):
        kind, error, traceback = err
        case = getattr(test, 'test_case', test)
        if type(case).__name__ in ('_FailedTest', '_ErrorHolder'):
            reason = str(error).strip().splitlines() or [kind.__name__]
            file = os.path.join(here, *self.name(test).split('.')) + '.py'
            write(result='crashed', name=self.name(test), message=reason[-1], **({'file': file, 'line': 1} if os.path.exists(file) else {}))
            return
        values = getattr(error, 'compared_values', None)
        where = place(test, traceback)
        if values is not None:
            told = {'left': values[0], 'right': values[1], 'assertion': linecache.getline(where['file'], where['line']).strip()}
            if values[2]:
                told['message'] = str(values[2])
        else:
            text = (str(error).strip().splitlines() or [''])[0]
            cause = error.__cause__
            if cause is not None:
                text += ' (cause: %s)' % ((str(cause).strip().splitlines() or [type(cause).__name__])[0])
            for part in getattr(error, 'exceptions', ()):
                text += ' (%s: %s)' % (type(part).__name__, (str(part).strip().splitlines() or [''])[0])
            told = {'message': text if issubclass(kind, AssertionError) and text else '%s: %s' % (kind.__name__, text) if text else kind.__name__}
        write(result='failed', name=self.name(test), **where, **told)

    def addSuccess(self, test):
        super().addSuccess(test)
        write(result='passed', name=self.name(test))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.failed(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        write(result='skipped', name=self.name(test))

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        write(result='passed', name=self.name(test))

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        write(result='failed', name=self.name(test), message='passed, but was expected to fail', **place(test, None))
