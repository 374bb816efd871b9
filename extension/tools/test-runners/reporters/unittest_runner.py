"""Runs unittest and writes one JSON line a test. Arguments: test files, or -k NAME and test files."""
import importlib.util
import os
import sys
import unittest

from unittest_results import MoonwrightResult

__unittest = True  # keeps the frames of this file out of tracebacks

here = os.getcwd()


def load(loader, file):
    """The tests of a file, imported as a module of the project where that is possible."""
    parts = os.path.splitext(os.path.relpath(file, here))[0].split(os.sep)
    folder = os.path.dirname(os.path.abspath(file))
    if not os.path.exists(os.path.join(folder, '__init__.py')) and folder not in sys.path:
        sys.path.append(folder)
    if all(part.isidentifier() for part in parts):
        return loader.loadTestsFromName('.'.join(parts))
    spec = importlib.util.spec_from_file_location(parts[-1].replace('-', '_'), file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return loader.loadTestsFromModule(module)


class Result(MoonwrightResult, unittest.TextTestResult):
    pass


arguments = sys.argv[1:]
loader = unittest.TestLoader()
if arguments[:1] == ['-k']:
    loader.testNamePatterns = ['*%s*' % arguments[1]]
    arguments = arguments[2:]
sys.path[0] = here
suite = unittest.TestSuite(load(loader, file) for file in arguments)
outcome = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(suite)
sys.exit(0 if outcome.wasSuccessful() else 1)
