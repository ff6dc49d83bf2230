"""The params of the tests: values of their own, whatever the project's defaults are."""

from tests.made.params import DEFAULTS, WORKED_WITH, override, parse, read_params, read_values


def test_values_are_those_that_tests_were_worked_out_with() -> None:
    defaults = {"a": 2, "b": {"c": 3, "new": 4}, "d": {"x": 1}}
    assert override(defaults, {"a": 1, "b": {"c": 1, "gone": 0}, "d": None}) == {
        "a": 1,
        "b": {"c": 1, "new": 4},
        "d": None,
    }


def test_all_of_them_are_read() -> None:
    assert set(read_values()) == set(parse(DEFAULTS))
    assert read_params("gates").gates.min_trades == parse(WORKED_WITH)["gates"]["min_trades"]
