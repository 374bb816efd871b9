"""A test runner for Django: the project's own one, with results that are written as JSON lines."""
from django.conf import settings
from django.test.utils import get_runner

from unittest_results import MoonwrightResult

__unittest = True  # keeps the frames of this file out of tracebacks


class MoonwrightRunner(get_runner(settings)):
    def get_resultclass(self):
        base = super().get_resultclass() or self.test_runner.resultclass
        return type('Result', (MoonwrightResult, base), {})
