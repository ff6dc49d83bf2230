"""The exit models in print: how good, how often fitted, licensed or silent."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.exits import (
    models,
)
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits
from dipmaster.report.kit.table import table
from dipmaster.results import ExitModelResults
from dipmaster.results.common import Interval
from tests.report.printed import plain, say

pytestmark = pytest.mark.slow

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"
SENTENCES = "chapters/exits/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 2"]()


def fits_of(found: ExitModelResults) -> str:
    return say(SENTENCES, "fits", fits.by_layer(found.folds), fits.failed(found.folds))


def test_exit_models_are_told_with_bounds_and_their_fits(built: ReportInputs) -> None:
    found = built.exit_models
    rows = table(models.JUDGED, models.judged(found)).rows
    names = ["Profit model", "Risk model", "Exit probability"]
    assert [row.name for row in models.judged(found)] == names
    assert plain(rows[0][2]) == "0.583 0.572 to 0.594"
    assert rows[0][5:] == ("", "", "")
    assert say(SENTENCES, "timing", found.exit_models.timing).startswith(
        "The timing model says in how many bars the best exit comes, 14.2 on average. It misses by "
        "9.1 bars (8.9 to 9.3 bars), always saying the past mean by 9.9 bars"
    )
    assert fits_of(found) == (
        "Fitted walk-forward: exit models 2 times from 2023-04-01, the last on 54,000 of 108,000 "
        "bars, thinned by rule, of 5,400 positions; calibrator 1 times from 2023-07-01, the last "
        "on 18,000 bars of 900 positions."
    )


def test_the_gain_is_that_of_the_highest_step_with_bars(built: ReportInputs) -> None:
    assert say(SENTENCES, "gain", models.highest_gain(built.exit_models.gain_by_score)) == (
        "Where exit probability is highest, 70.0 to 80.0 % (9,000 closed bars), a sale at the next "
        "open earns +7.0 bp (+3.0 to +11.0 bp) against holding; above 0 acting pays."
    )


def test_a_fit_that_was_not_made_says_why(states: States) -> None:
    printed = fits_of(states["phase 2, no models"]().exit_models)
    assert printed.startswith("Nothing was fitted. 1 fits were not made, the last because: profit")


def licences_of(found: ExitModelResults, built: ReportInputs) -> str:
    rule = built.params.exits.models.licence
    return say(SENTENCES, "licences", found, rule, "5 %")


def test_how_often_the_models_were_licensed_and_what_it_earned(built: ReportInputs) -> None:
    printed = licences_of(built.exit_models, built)
    assert printed.startswith("Exit models were licensed to act at 1 of 2 refits: only where")
    assert "selling 61 of 900 positions earned" in printed
    assert "Without a licence, selling 88 of 3,602 positions would have earned" in printed
    assert "no foresight" in printed
    assert "right answer" not in printed
    rows = table(models.LICENCES, built.exit_models.licences).rows
    assert "yes" in str(rows[0])
    assert "no: no significant gain of selling on held-out rows" in str(rows[1])


def test_models_without_a_licence_are_called_right_to_be_silent(built: ReportInputs) -> None:
    found = built.exit_models
    few = replace(found.acting, sold=3, earned_bps=Interval(4.0, None, None, "1 block"))
    silent = replace(found, licences=found.licences[1:], acting=replace(found.acting, sold=0))
    printed = licences_of(replace(silent, acting_unlicensed=few), built)
    assert "at 0 of 1 refits" in printed
    assert "the right answer where there is nothing" in printed
    assert "Out of sample and licensed, no position of 900 would be sold." in printed
    assert "3 of 900 positions would be sold, too few for a bound" in printed
