"""`make test`: one verdict and one count for all its runs."""

from collections import Counter

import pytest

from scripts import test as runner

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("....\n12 passed, 1 skipped in 3.20s\n", "12 passed, 1 skipped in 3.20s"),
        ("\x1b[32m\x1b[1m3 passed\x1b[0m in 0.10s\n\n", "3 passed in 0.10s"),
        ("= 1 failed, 2 passed in 61.00s (0:01:01) =", "= 1 failed, 2 passed in 61.00s (0:01:01) ="),
        ("INTERNALERROR> boom", ""),
    ],
)
def test_the_closing_line_is_found(output, line):
    assert runner.closing_line(output) == line


def test_one_failed_run_fails_all(capsys):
    total = Counter()
    runner.count("4 passed in 1.00s", 0, total)
    runner.count("1 failed, 3 passed, 1 error in 1.00s", 1, total)
    assert runner.conclude([0, 1], total) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 2 failed, 0 skipped"


def test_a_run_that_broke_off_counts_as_a_failure(capsys):
    total = Counter()
    runner.count("", 3, total)
    assert runner.conclude([3], total) == 3
    assert capsys.readouterr().out == "0 passed, 1 failed, 0 skipped\n"


def test_a_selection_may_be_empty_on_one_database():
    assert runner.conclude([0, runner.NO_TESTS_COLLECTED], Counter(passed=1)) == 0


def test_running_nothing_at_all_is_a_failure():
    assert runner.conclude([runner.NO_TESTS_COLLECTED], Counter()) == runner.NO_TESTS_COLLECTED
