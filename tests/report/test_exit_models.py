"""The exit models in print: how often fitted, licensed, and what acting would earn."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.exits import models
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits
from dipmaster.report.kit.table import table
from dipmaster.results.common import Interval
from dipmaster.results.exits.record import ExitModelResults
from tests.report.printed import say

pytestmark = pytest.mark.slow

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/exits/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 2"]()


def fits_of(found: ExitModelResults) -> str:
    layers, failed = fits.by_layer(found.folds), fits.failed(found.folds)
    return say("kit/sentences.html.j2", "fit_history", layers, failed)


def test_the_timing_model_is_compared_with_the_training_mean(built: ReportInputs) -> None:
    assert say(SENTENCES, "timing", built.exit_models.exit_models.timing).startswith(
        "Timing model (bars to the best exit, mean 14.2): mean absolute error 9.1 bars (8.9 to "
        "9.3 bars) against 9.9 bars"
    )


def test_fits_are_counted_in_words_that_fit_one(built: ReportInputs) -> None:
    assert fits_of(built.exit_models) == (
        "Walk-forward fits: exit models 2 (since 2023-04-01); calibrator 1 (since 2023-07-01)."
    )


def test_the_gain_is_that_of_the_highest_bin_with_bars(built: ReportInputs) -> None:
    assert say(SENTENCES, "gain", models.highest_gain(built.exit_models.gain_by_score)) == (
        "In the highest bin with data, 70.0 to 80.0 % (9,000 closed bars), selling at the next "
        "open earns +7.0 bp (+3.0 to +11.0 bp) relative to holding; positive: selling beats "
        "holding."
    )


def test_a_fit_that_was_not_made_has_its_reason(states: States) -> None:
    printed = fits_of(states["phase 2, no models"]().exit_models)
    assert printed.startswith("No model was fitted. 1 fit had too little data or failed, most")
    assert ": profit" in printed


def licences_of(found: ExitModelResults, built: ReportInputs) -> str:
    rule = built.params.exits.models.licence
    return say(SENTENCES, "licences", found, rule, "5 %")


def test_how_often_the_models_were_licensed_and_what_it_earned(built: ReportInputs) -> None:
    printed = licences_of(built.exit_models, built)
    assert printed.startswith("Exit models may act after 1 of 2 refits. A licence requires at")
    assert (
        "Of 900 positions out of sample covered by a licence, 61 reached a threshold; gain"
        in printed
    )
    assert "Of 3,602 positions out of sample without a licence, 88" in printed
    rows = table(models.LICENCES, built.exit_models.licences).rows
    assert "yes" in str(rows[0])
    assert "no: no significant gain of selling on held-out rows" in str(rows[1])


def test_models_without_a_licence_and_with_few_sales(built: ReportInputs) -> None:
    found = built.exit_models
    few = replace(found.acting, sold=3, earned_bps=Interval(4.0, None, None, "1 block"))
    silent = replace(found, licences=found.licences[1:], acting=replace(found.acting, sold=0))
    printed = licences_of(replace(silent, acting_unlicensed=few), built)
    assert "after 0 of 1 refits" in printed
    none = "None of 900 positions out of sample covered by a licence reached a"
    assert f"{none} threshold." in printed
    assert "without a licence, 3 reached a threshold, too few for an interval." in printed


def test_each_count_says_what_it_counts(built: ReportInputs) -> None:
    """Candidates, those of them still open at a close, closed bars, and the subsample."""
    found = built.exit_models
    words = say(SENTENCES, "counts", found)
    positions = found.acting.positions + found.acting_unlicensed.positions
    for part in (
        f"Of {found.positions.out_of_sample:,} candidates out of sample, {positions:,} were still",
        f"at {found.rows.scored_out_of_sample:,} closed bars in total",
        f"figures with intervals use {found.rows.evaluated:,} of them",
    ):
        assert part in words


def test_without_a_position_nothing_is_said_of_none_of_0(built: ReportInputs) -> None:
    found = built.exit_models
    none = replace(found, acting=replace(found.acting, positions=0, sold=0))
    printed = licences_of(none, built)
    assert "No position out of sample was covered by a licence." in printed
    assert "none of 0" not in printed
