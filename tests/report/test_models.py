"""Models in print: discrimination, forecasts, and what is called accuracy."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report.chapters.models import classifiers, detectors
from dipmaster.report.chapters.models.view import MODELS
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.table import table
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.volatility.regimes import NothingToCompare, RegimeResults
from tests.made.common import interval
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say
from tests.report.run import validated

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/models/sentences.html.j2"


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 1"]()


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, MODELS)


def test_only_models_of_the_phases_built_are_listed(states: States) -> None:
    names = {
        name: [row.name for row in classifiers.list_classifiers(states[name]())]
        for name in ("losing", "phase 1", "phase 2", "phase 1, no score", "phase 2, no models")
    }
    assert names["losing"] == names["phase 1, no score"] == []
    assert len(names["phase 1"]) == len(names["phase 2, no models"]) == 4
    assert names["phase 2"][4:] == ["Exit probability (used)", "Profit model", "Risk model"]


def test_a_model_without_calibration_has_no_calibration_figures(states: States) -> None:
    rows = table(classifiers.CLASSIFIERS, classifiers.list_classifiers(states["phase 2"]())).rows
    by_name = {row[0]: row for row in rows}
    assert plain(by_name["Profit model"][4]) == "0.583 0.572 to 0.594"
    assert by_name["Profit model"][6:] == ("", "")
    assert all(by_name["Confidence (used)"])


def test_without_a_score_the_reason_is_given(states: States) -> None:
    unscored = states["phase 1, no score"]()
    text = printed(unscored)
    assert "There is no confidence: " in text
    assert "Calibration of the confidence" not in text


def cells(row: tuple[str, CalibrationGate]) -> list[str]:
    (shown,) = table(classifiers.CALIBRATION, [row]).rows
    return [plain(cell) for cell in shown]


def test_calibration_stands_by_regime_with_all_first(built: ReportInputs) -> None:
    rows = classifiers.by_regime(built.confidence)
    assert [(name, row.gate) for name, row in rows] == [
        ("all", "PASS"),
        ("low", "INCONCLUSIVE"),
        ("normal", "FAIL"),
        ("high", "INCONCLUSIVE"),
    ]
    assert cells(rows[0])[2:4] == ["0.231 0.211 to 0.251", "0.031 0.011 to 0.051"]


def test_a_regime_too_small_for_a_brier_interval_shows_the_value_alone(built: ReportInputs) -> None:
    name, row = classifiers.by_regime(built.confidence)[1]
    small = replace(row, brier_interval=replace(interval(None), reason="one block"))
    assert cells((name, small))[2] == "0.231"


def test_garch_is_better_than_one_forecast_and_worse_than_the_other(built: ReportInputs) -> None:
    text = printed(built)
    assert "GARCH(1,1) (used)" in text
    assert "RV-EWMA" in text.split("HAR")[0]
    assert " better " in text
    assert " worse " in text


@pytest.mark.parametrize(
    ("fits", "integrated", "expected"),
    [
        (0, 0, "No GARCH model was fitted."),
        (1, 0, "Persistence (alpha + beta) is 1 in 0 of 1 GARCH fit."),
        (104, 102, "Persistence (alpha + beta) is 1 in 102 of 104 GARCH fits: such a forecast does "
         "not revert to a mean level."),
    ],
)  # fmt: skip
def test_fits_without_mean_reversion_are_counted(fits: int, integrated: int, expected: str) -> None:
    assert say(SENTENCES, "persistence", fits, integrated) == expected


def test_accuracy_is_compared_with_90_per_cent(built: ReportInputs) -> None:
    text = printed(built)
    assert "classifies 76.0 % (71.0 to 81.0 %) of the bars correctly" in text
    assert "more than 90 %: not met (the confidence interval misses the target)." in text
    assert "Accuracy, market state" in text
    assert "84.4 %" in text


def test_accuracy_has_the_verdict_of_its_claim_and_none_of_its_own(built: ReportInputs) -> None:
    """An interval that misses 90 % as a whole, and too little data for a verdict."""
    few = "sample too small: 2 of 6 blocks out of sample"
    claims = tuple(
        replace(one, verdict="inconclusive", reason=f"{few}; besides")
        if one.id == "1.3.accuracy"
        else one
        for one in built.validation.claims
    )
    assert f"more than 90 %: inconclusive ({few})." in printed(validated(built, claims=claims))
    assert "claims more than 90 %." in printed(validated(built, claims=()))


def test_on_real_bars_there_is_only_a_proxy_and_it_is_named_so(states: States) -> None:
    real = states["phase 1, real bars"]()
    text = printed(real)
    assert "accuracy cannot be measured and the roadmap’s 90 % remains open" in text
    assert "Proxy accuracy" in text
    assert "state of the coin" not in text
    assert "not met" not in text
    assert "changes of the true state" not in text


def test_too_little_to_assess_has_its_reason(states: States) -> None:
    quick = states["phase 1, quick"]()
    text = printed(quick)
    assert "Regimes cannot be assessed: less than a day out of sample." in text
    assert "cannot be assessed: fewer than 14 days" in text
    assert detectors.detectors(quick.volatility.regimes) == []


def test_a_reference_without_a_bar_has_its_reason(built: ReportInputs) -> None:
    judged = built.volatility.regimes
    assert isinstance(judged, RegimeResults)
    none = NothingToCompare(bars=0, reason="no bar on which both are known")
    coin = replace(judged.market, coin_truth=none)
    text = printed(
        replace(built, volatility=replace(built.volatility, regimes=replace(judged, market=coin)))
    )
    assert "Regimes cannot be assessed: no bar on which both are known." in text


def test_an_exit_probability_without_any_licence_is_never_used(states: States) -> None:
    base = states["phase 2"]()
    silent = tuple(replace(one, licensed=False) for one in base.exit_models.licences)
    inputs = replace(base, exit_models=replace(base.exit_models, licences=silent))
    names = [row.name for row in classifiers.list_classifiers(inputs)]
    assert "Exit probability (never used)" in names
    assert "Exit probability (used)" not in names
    assert "no refit had a licence" in printed(inputs)
    assert "no refit had a licence" not in printed(base)


def test_the_two_measures_are_named_and_the_rule_where_it_decides() -> None:
    by_rule = say(SENTENCES, "two_measures", "by_source")
    by_param = say(SENTENCES, "two_measures", "level_filter")
    assert by_rule.startswith("Accuracy and proxy accuracy are two measures: accuracy is ")
    assert "A rule set beforehand uses the hierarchical filter on simulated bars" in by_rule
    assert by_param.endswith("was named in the parameters before any result.")


def test_every_detector_has_its_accuracies_and_delays(built: ReportInputs) -> None:
    judged = built.volatility.regimes
    assert isinstance(judged, RegimeResults)
    rows = detectors.detectors(judged)
    accuracies = table(detectors.accuracy_columns(), rows).rows
    delays = table(detectors.agreement_columns(truth=True), rows).rows
    assert len(accuracies) == len(delays) == 6
    assert [row[0] for row in accuracies if "(used)" in row[0]] == ["Level filter, market (used)"]
    assert {row[-2:] for row in delays} == {("4.1", "3.5")}
    assert plain(accuracies[0][2]).startswith("92.4 %")


def test_the_delay_is_that_of_the_detector_in_use(built: ReportInputs) -> None:
    judged = built.volatility.regimes
    assert isinstance(judged, RegimeResults)
    assert judged.delay == judged.market.market_delay
    assert replace(judged, detector_used="hierarchical").delay == judged.hierarchical.coin_delay
