"""Perturbing every bar after t, through the stages themselves, fits included.

Bars run through features, volatility, confidence, exits and validate. Nothing that
was said, fitted, planned, admitted, bought or owned by the close of t may change. Cuts lie
where labels are open at a refit, else a fit that learns from them would not show;
planted leaks have to be found.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dipmaster.confidence import Events
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.sizing import orders
from dipmaster.exits import licence
from dipmaster.learning.schedule import TrainingSchedule
from dipmaster.sizing import build_outcomes, sizes
from stages import validate
from tests.stages.chain import (
    BAR,
    CUTS,
    RECORDS,
    Run,
    differences,
    disturbed,
    read_run,
    refits,
    run,
    trees,
)
from tests.stages.small_market import (
    Bars,
    put,
    put_channels,
    put_params,
    simulated_market,
    small_params,
)

pytestmark = pytest.mark.slow

OPEN_AT_A_REFIT = ("first fit",)
LOW = {"low_volatility": 0.3, "normal_volatility": 0.3, "high_volatility": 0.3}


@pytest.fixture(scope="module")
def template(bars: Bars, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which features and volatility have run."""
    place = tmp_path_factory.mktemp("market")
    raw = small_params(project)
    raw["confidence"]["thresholds"] = LOW  # so that phase 1 trades
    raw["gates"] |= {"block_days": 2, "bootstrap_reps": 100}
    raw["gates"]["random_entry"]["draws"] = 100
    # So that exit models are fitted at the first refit, and sell.
    raw["exits"]["stop_frac"] = 0.005
    # So that phase 3 sizes by Kelly's fraction before the cuts.
    raw["sizing"]["min_outcomes"] = {"candidates": 20, "per_class": 5}
    raw["exits"]["decision"] |= {"full_probability": 0.52, "partial_probability": 0.5}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        put_params(raw)
        put(bars)
        put_channels(simulated_market(project))
    return place


@pytest.fixture(scope="module", autouse=True)
def licensed() -> Iterator[None]:
    """Exit models may act, and sizes bet, whether there is anything to earn or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "compute_kelly_frac", lambda p, payoff, share: share * p * payoff)
        patch.setattr(licence, "_bound", lambda *_: (1.0, 1.0, 9))
        patch.setattr(licence, "_refuse", lambda *_: "")
        yield


@dataclass(frozen=True)
class Chained:
    """A folder in which every stage has run, and what they wrote."""

    place: Path
    run: Run


@pytest.fixture(scope="module")
def chained(
    template: Path, bars: Bars, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str | None], Chained]:
    """Every stage on the market, or on the one that is disturbed after a cut; each once."""

    @cache
    def run_all(cut: str | None) -> Chained:
        place = tmp_path_factory.mktemp("chained") / "copy"
        shutil.copytree(template, place)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            if cut is not None:
                put(disturbed(bars, cut))
            return Chained(place, run())

    return run_all


@pytest.fixture(scope="module")
def whole(chained: Callable[[str | None], Chained]) -> Run:
    return chained(None).run


def test_the_cuts_are_worth_testing(whole: Run) -> None:
    """Labels open at refits, a label that ends as a candidate is decided, trades before t."""
    table = whole.scores
    for name in OPEN_AT_A_REFIT:
        refit = CUTS[name] + BAR
        known, decided = table["exit_time"] + BAR, table["open_time"] + BAR
        assert ((decided < refit) & (known > refit)).sum() >= 1, name
    for file in RECORDS:
        refit = CUTS["first fit"] + BAR
        assert refits(whole, file, refit) != refits(whole, file, CUTS["first fit"]), file
    inside = CUTS["inside a trade"]
    assert (table["open_time"] == inside).any()
    assert (table["exit_time"] == inside + BAR).any()
    admitted = whole.validated["filter_results"]["admitted"].to_numpy() == 1
    assert (admitted & (table["open_time"] <= CUTS["third fit"])).sum() >= 10
    bought = whole.validated["fills_phase_1"]
    assert ((bought["side"] == "buy") & (bought["time"] <= inside)).sum() >= 20
    assert len(bought) < len(whole.validated["fills_phase_0"])
    assert len(trees(whole, CUTS["first fit"] + BAR)) == 4 + 3  # exit models
    assert len(trees(whole, CUTS["third fit"] + BAR)) == 12 + 3
    scored = whole.leaving["rows"].dropna(subset="exit_probability")
    assert (scored["open_time"] <= CUTS["third fit"]).sum() >= 100
    exited = whole.validated["fills_phase_2"]
    by_models = exited["exit_type"].isin(["optimal_timing", "profit_taking"])
    assert (by_models & (exited["time"] <= CUTS["third fit"])).sum() >= 5
    sized = whole.validated["fills_phase_3"]
    bought = sized[sized["side"] == "buy"]
    assert (bought["time"] > CUTS["third fit"]).sum() >= 5
    assert (whole.evidence["uses_evidence"] == 1).sum() >= 100
    with_evidence = whole.validated["fills_phase_4"]
    early = with_evidence["time"] <= CUTS["third fit"]
    assert (early & (with_evidence["side"] == "buy")).sum() >= 5
    assert len(with_evidence) != len(sized)
    notional = (bought["quantity"] * bought["reference_price"]).to_numpy()
    assert np.ptp(notional[bought["time"] > CUTS["first fit"] + 17 * 288 * BAR]) > 1000


@pytest.mark.parametrize("cut", CUTS)
def test_later_bars_change_nothing_before_them(
    chained: Callable[[str | None], Chained], whole: Run, cut: str
) -> None:
    other = chained(cut).run
    assert differences(whole, other, CUTS[cut]) == []
    if cut != "third fit":  # labels that were open did turn out the other way
        held = whole.scores[whole.scores["open_time"] <= CUTS[cut]]
        held = held[held["exit_time"] > CUTS[cut]]
        assert (other.scores["label"][held.index] != held["label"]).any()
    assert differences(whole, other, whole.scores["open_time"].iloc[-1])


def no_purge(patch: pytest.MonkeyPatch) -> None:
    """Every candidate decided by the refit is learned from, its trade open or not."""

    def training_rows(schedule, refit_ms, usable):
        return np.flatnonzero((schedule.signal_ms + BAR_MS <= refit_ms) & usable)

    patch.setattr(TrainingSchedule, "training_rows", training_rows)


def a_bar_early(patch: pytest.MonkeyPatch) -> None:
    """A label counts as known when the bar of its exit opens."""
    patch.setattr(Events, "known_ms", property(lambda events: events.exit_ms))


def outcomes_early(patch: pytest.MonkeyPatch) -> None:
    """A trade counts among the outcomes when it is decided: its own size knows how it ends."""

    def collect(panel, standalone, confidence, regime):
        usable = standalone.tradable & ~standalone.open_at_end & ~np.isnan(confidence)
        decided = panel.open_time[np.where(usable, standalone.entry_index, 0)]
        return build_outcomes(usable, decided, confidence, regime, standalone.net_frac)

    patch.setattr(orders, "collect_outcomes", collect)


@pytest.mark.parametrize(
    ("leak", "cut", "shows"),
    [
        (
            no_purge,
            "first fit",
            {"trees", "calibrators.json", "reference.json", "exit calibrator.json"},
        ),
        (a_bar_early, "inside a trade", {"historical_performance"}),
    ],
)
def test_planted_leaks_are_found(
    workspace: Path,
    bars: Bars,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[pytest.MonkeyPatch], None],
    cut: str,
    shows: set[str],
) -> None:
    """A check that cannot fail proves nothing."""
    leak(monkeypatch)
    before = run(validated=False)
    put(disturbed(bars, cut))
    assert shows <= set(differences(before, run(validated=False), CUTS[cut]))


def test_a_leak_into_sizes_is_found(
    chained: Callable[[str | None], Chained], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in `validate` alone: what the stages before wrote lies there already."""
    cut = "inside a trade"
    outcomes_early(monkeypatch)
    found = []
    for number, one in enumerate((chained(None), chained(cut))):
        place = tmp_path / str(number)
        shutil.copytree(one.place, place)
        monkeypatch.chdir(place)
        validate.main()
        found.append(read_run())
    before, after = found
    assert "equity_phase_3" in differences(before, after, CUTS[cut])
