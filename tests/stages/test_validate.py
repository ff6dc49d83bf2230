"""Stage `validate` on a small market: what it writes, byte for byte, and how it refuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import store
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.tables import EQUITY, FILLS, FILTER_RESULTS, SCORES, TRADES
from dipmaster.core.time_units import DAY_MS
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.metrics import GATES
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.summary import summarize
from stages import alt_data, validate
from tests.stages.made_candidates import (
    DAYS,
    OUTPUTS,
    PHASE_0,
    SCORED_FROM_DAY,
    START_MS,
    digests,
    read,
    set_params,
    without_volume,
    write_market,
    write_scores,
)

pytestmark = pytest.mark.slow

GATE_KEYS = {
    "phase", "metric", "target", "direction", "value", "low", "high", "n", "n_effective",
    "n_needed", "verdict", "reason", "days_needed", "days_needed_reason",
    "days_to_power",
}  # fmt: skip


def test_outputs(validated: Path) -> None:
    for name, table in (("trades", TRADES), ("fills", FILLS), ("equity", EQUITY)):
        for phase in range(5):
            store.read_table(Path(f"data/validate/{name}_phase_{phase}.parquet"), table)
    filter_results = store.read_table(Path("data/validate/filter_results.parquet"), FILTER_RESULTS)
    assert len(filter_results) == 200
    gates = read("gates")
    assert [set(row) for row in gates] == [GATE_KEYS] * 5 * len(GATES)
    assert [row["phase"] for row in gates] == np.repeat(range(5), len(GATES)).tolist()
    details = read("validate")
    assert details["built_phases"] == [0, 1, 2, 3, 4]
    phases = [row["phase"] for row in details["integrity_checks"]]
    assert phases == [0] * 7 + [1] * 12 + [2] * 19 + [3] * 24 + [4] * 27
    assert all(check["passed"] for check in details["integrity_checks"])
    assert details["verdict_reason"].startswith("phase 4: ")
    first, second = (details["phases"][key] for key in ("0", "1"))
    assert first["counts"]["trades"] > 50
    assert "abstained" not in first
    assert second["abstained"] is None
    matched = first["random_entry"]["matched_trades"]
    assert 0.5 * first["counts"]["trades"] < matched <= first["counts"]["trades"]
    fired = {row["rule"]: row["fills"] for row in details["exits"]["exit_counts"]}
    assert min(fired["trailing_stop"], fired["target"]) > 5
    assert fired["profit_taking"] == 0  # acting had not earned: no licence
    assert fired["quarter_hour"] == 0
    summary = read("summary")
    rows = from_json(GateRows, gates)
    assert summary == to_json(summarize(from_json(ValidationResults, details), rows))
    by_phase = [f"{phase} {one['verdict']}" for phase, one in sorted(details["phases"].items())]
    assert summary["verdict_by_phase"] == ", ".join(by_phase)
    assert 0.0 < summary["time_in_market"] < 1.0
    assert details["benchmarks"]["buy_and_hold"]["symbols"] == 2
    last = {row["metric"]: row["value"] for row in gates if row["phase"] == 3}
    assert summary["win_rate"] == last["win_rate"]
    assert summary["trades"] == details["phases"]["3"]["counts"]["trades"]
    plot = pd.read_csv("reports/plots/gates.csv")
    assert list(plot.columns) == ["phase", "metric", "target", "value", "low", "high"]
    for phase in range(4):
        assert len(pd.read_csv(f"reports/plots/equity_phase_{phase}.csv")) == DAYS
    assert list(validated.rglob("*.partial")) == []


def test_phase_1_trades_what_its_scores_admit(validated: Path) -> None:
    """Every other candidate from the day of the first score on, and what is said of it agrees."""
    one, two = (
        store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet")) for phase in (0, 1)
    )
    since = to_timestamps(np.array([START_MS + SCORED_FROM_DAY * DAY_MS]))[0]
    wanted = one[(one["candidate_id"] % 2 == 0) & (one["signal_time"] >= since)]
    assert list(two["candidate_id"]) == list(wanted["candidate_id"])
    assert list(two["entry_price"]) == list(wanted["entry_price"])
    assert set(two["confidence"]) == {0.95}
    details = read("validate")
    difference = details["differences"]["1"]
    assert difference["baseline_phase"] == 0
    rates = [details["phases"][key]["counts"]["trades"] for key in ("0", "1")]
    assert difference["trades_frac"]["value"] == pytest.approx(rates[1] / rates[0] - 1)
    gates = {(row["phase"], row["metric"]): row["value"] for row in read("gates")}
    for metric in ("win_rate", "sharpe", "max_drawdown"):
        change = gates[1, metric] - gates[0, metric]
        assert difference[metric]["value"] == pytest.approx(change, abs=1e-7)
    funnel = {row["step"]: row["left"] for row in details["funnel"]["out_of_sample"]}
    assert funnel["traded"] == rates[1] == details["signal_quality"]["n_traded"]
    assert details["signal_quality"]["planted_recall"]["n"] > 0
    claims = {row["id"]: row for row in details["claims"]}
    assert claims["1.1.trades"]["value"] == difference["trades_frac"]["value"]
    assert claims["1.3.accuracy"]["verdict"] == "not met"
    assert claims["plan.weeks"]["verdict"] == "not measured"


@pytest.mark.parametrize(
    ("confidence", "reason", "told"),
    [
        (0.5, "", "candidates reached the threshold"),
        (None, "too few candidates: 12 of 200", "candidates have a score: too few candidates"),
    ],
)
def test_abstaining(workspace: Path, confidence, reason, told) -> None:
    write_scores(confidence, reason)
    validate.main()
    details, summary = read("validate"), read("summary")
    n = details["phases"]["1"]["counts"]["candidates_out_of_sample"]
    for figures in (details["phases"][phase] for phase in ("1", "2")):
        assert figures["abstained"].startswith(f"0 of {n} {told}")
        assert figures["verdict"] == "INSUFFICIENT DATA"
        assert figures["days_needed"] is None
        assert figures["days_needed_reason"].startswith("no trades so far")
        assert set(figures["exposure"].values()) == {0.0}
        assert figures["drawdown"]["worst"] == figures["risk"]["worst_trades"] == []
        assert figures["abstained_at"] == details["phases"]["1"]["abstained_at"]
    rows = [row for row in read("gates") if row["phase"] > 0]
    assert {row["verdict"] for row in rows} == {"INSUFFICIENT DATA"}
    assert all(row["reason"].startswith(f"abstained: 0 of {n} {told}") for row in rows)
    assert all("; sample too small (0 trades, minimum 50" in row["reason"] for row in rows)
    nothing = ("win_rate", "profit_factor", "sharpe", "mean_net_bps")
    assert [summary[name] for name in nothing] == [None] * 4
    assert summary["time_in_market"] == 0.0
    assert (summary["net_return"], summary["max_drawdown"], summary["trades"]) == (0.0, 0.0, 0)
    assert all(check["passed"] for check in details["integrity_checks"])
    verdicts = {
        row["verdict"]
        for difference in details["differences"].values()
        for row in difference.values()
        if isinstance(row, dict)
    }
    assert verdicts == {"inconclusive", "insufficient data"}  # more trades are never better
    assert not {row["verdict"] for row in details["claims"]} & {"met"}
    for phase in (1, 2):
        account = pd.read_csv(f"reports/plots/equity_phase_{phase}.csv")
        assert account["equity"].nunique() == 1


def test_phase_0_does_not_know_of_scores(validated: Path) -> None:
    found = [digests(PHASE_0), [row for row in read("gates") if row["phase"] == 0]]
    figures = read("validate")["phases"]["0"]
    write_scores(0.5)
    set_params(filter={"threshold": False}, confirmation={"enabled": False})
    validate.main()
    assert found == [digests(PHASE_0), [row for row in read("gates") if row["phase"] == 0]]
    assert figures == read("validate")["phases"]["0"]
    trades = store.read_table(Path("data/validate/trades_phase_1.parquet"))
    assert set(trades["confidence"]) == {0.1, 0.5}  # the threshold is off: every score will do


def thresholds_of(value: float) -> dict[str, float]:
    return {f"{regime}_volatility": value for regime in ("low", "normal", "high")}


NOTHING_ASKED = {
    "filter": {"threshold": False, "checks": False, "no_new_trades": False},
    "confirmation": {"enabled": False},
}


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_the_ends_of_a_threshold(workspace: Path, threshold: float) -> None:
    """At 0 every score reaches it, at 1 only a sure one; no score never does."""
    scores = store.read_table(Path("data/confidence/scores.parquet"), SCORES)
    sure = scores["confidence"].where(scores["confidence"] < 0.5, 1.0 - 1e-9)
    sure = sure.where(scores["confidence"].notna()).to_numpy().copy()
    one = int(np.flatnonzero(scores["confidence"] > 0.5)[-1])
    sure[one] = 1.0
    changed = scores.assign(confidence=sure)
    store.write_table(changed, SCORES, Path("data/confidence/scores.parquet"))
    alt_data.main()  # phase 4 starts from the same confidence
    set_params(confidence={"thresholds": thresholds_of(threshold)})
    validate.main()
    filter_results = store.read_table(Path("data/validate/filter_results.parquet"))
    passed = np.flatnonzero(filter_results["passes_threshold"] == 1)
    expected = np.flatnonzero(~np.isnan(sure)) if threshold == 0.0 else [one]
    assert list(passed) == list(expected)
    assert all(check["passed"] for check in read("validate")["integrity_checks"])
    if threshold == 1.0:
        assert read("summary")["trades"] == 1


def test_without_any_filter_every_scored_candidate_is_traded(workspace: Path) -> None:
    """Also where every check and sign fails, and every regime is unknown or beyond the limit."""
    without_volume(before_ms=START_MS + DAYS * DAY_MS)
    path = Path("data/confidence/scores.parquet")
    scores = store.read_table(path, SCORES)
    worst = scores.assign(no_new_trades=np.int8(1), regime=np.full(len(scores), -1, np.int8))
    store.write_table(worst, SCORES, path)
    set_params(**NOTHING_ASKED, confidence={"thresholds": thresholds_of(1.0)})
    validate.main()
    first, second = (
        store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet")) for phase in (0, 1)
    )
    scored = np.flatnonzero(scores["confidence"].notna())
    assert set(second["candidate_id"]) == set(first["candidate_id"]) & set(scored)
    assert set(second["regime"]) == {"unknown"}
    details = read("validate")
    assert all(check["passed"] for check in details["integrity_checks"])
    steps = {row["step"]: row for row in details["funnel"]["burn_in_included"]}
    assert steps["scored"]["left"] == steps["confirmation"]["left"] == scored.size
    assert not any(steps[name]["on"] for name in ("threshold", "checks", "volatility"))
    assert steps["traded"]["left"] == len(second)


def test_regimes_of_both_ledgers_are_those_of_the_scores(validated: Path) -> None:
    scored = store.read_table(Path("data/confidence/scores.parquet"), SCORES)["regime"].to_numpy()
    names = np.array(["low", "normal", "high"])
    for phase in (0, 1):
        trades = store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet"))
        expected = names[scored[trades["candidate_id"].to_numpy()]]
        assert list(trades["regime"]) == list(expected)
        assert len(set(expected)) == 3


def test_bars_of_unknown_truth(workspace: Path) -> None:
    store.write_json({"known": False}, Path("data/ingest/truth/about.json"))
    validate.main()
    assert read("validate")["signal_quality"]["planted_recall"] is None


def test_a_source_without_a_column_of_volume(workspace: Path) -> None:
    """Checks and signs that need it are told apart; nothing crashes."""
    write_market([])
    without_volume(before_ms=START_MS + DAYS * DAY_MS)
    validate.main()
    checks = {row["check"]: row["applicable"] for row in read("validate")["funnel"]["checks"]}
    assert checks == {"volume": False, "rsi": True, "news": False, "liquidity": False}
    assert read("summary")["trades"] > 0


def test_volume_that_begins_late_changes_no_earlier_admission(workspace: Path) -> None:
    """Whether a check applies is known from the source's columns, not from later values."""
    early = store.read_table(Path("data/features/candidates.parquet"))["open_time"]
    middle = START_MS + DAYS // 2 * DAY_MS
    found = []
    for begins in (middle, START_MS + DAYS * DAY_MS):
        without_volume(before_ms=begins)
        validate.main()
        filter_results = store.read_table(Path("data/validate/filter_results.parquet"))
        found.append(filter_results[(to_epoch_ms(early) < middle)])
        late = to_epoch_ms(early) >= middle
        assert (filter_results.loc[late, "check_volume"] == (begins == middle)).all()
    pd.testing.assert_frame_equal(*found)
    assert set(found[0]["check_volume"]) == {0}


def test_same_bytes_for_any_number_of_workers(
    validated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there is the work of one; the same evaluation leaves no second line either."""
    (lines,) = Path("reports/trials").glob("*.jsonl")
    before, registered = digests(), lines.read_bytes()
    for name in OUTPUTS:
        Path(name).unlink()
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    validate.main()
    assert digests() == before
    assert lines.read_bytes() == registered
