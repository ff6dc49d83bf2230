"""States that a run with phase 1 can be in."""

import copy
import json
from dataclasses import replace
from typing import Any

from dipmaster.report.inputs import Inputs, ShownCoin
from tests.report.made import confidence, phase_1, phase_2, volatility
from tests.report.made.market import equity_frame, quality
from tests.report.made.phase import COINS, losing_gates, losing_phase
from tests.report.made.phase_0_states import no_trades, passing, real_bars
from tests.report.made.run import cannot_tell, run

CHECK = {"name": "cash follows fills", "holds": True, "detail": "1 against 1"}


def with_phase_1(
    base: Inputs, gates: list[dict[str, Any]], figures: dict[str, Any], **validate: Any
) -> Inputs:
    """A run of phase 0 with phase 1 beside it."""
    rows = [*base.gates, *gates]
    whole = {
        **base.validate,
        "built_phases": [0, 1],
        "phases": {**base.validate["phases"], "1": figures},
        "checks": [*base.validate["checks"], {"phase": 1, **CHECK}],
        "differences": phase_1.differences(),
        "funnel": phase_1.funnel(),
        "signal_quality": phase_1.signal_quality(),
        "promises": phase_1.promises(),
        **validate,
    }
    return replace(
        base,
        gates=rows,
        gates_bytes=json.dumps(rows, sort_keys=True).encode(),
        validate=whole,
        equity={**base.equity, 1: equity_frame(101020.0)},
    )


def built() -> Inputs:
    """Phase 1 trades 171 of 4,502 candidates."""
    return with_phase_1(
        run(losing_gates(), losing_phase()), phase_1.gates(), phase_1.figures(COINS)
    )


def quiet(reason: str, at: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Gates and figures of a phase that bought nothing."""
    figures = copy.deepcopy(no_trades().validate["phases"]["0"])
    figures |= {"abstained": reason, "abstained_at": at}
    return cannot_tell(phase_1.gates(), f"abstained: {reason}"), figures


def abstained() -> Inputs:
    reason = phase_1.ABSTAINED
    return with_phase_1(
        run(losing_gates(), losing_phase()),
        *quiet(reason, "threshold"),
        differences=phase_1.nothing_to_compare(reason),
        funnel=phase_1.empty_funnel((4502, 4400, 0, 0, 0, 0, 0)),
        signal_quality=phase_1.no_signal_quality("no candidate was traded"),
        promises=phase_1.promises(measured=False),
    )


def no_score() -> Inputs:
    """Too few candidates to fit anything."""
    found = with_phase_1(
        run(losing_gates(), losing_phase()),
        *quiet("0 of 82 candidates have a score", "score"),
        differences=phase_1.nothing_to_compare("no trade in phase 1"),
        funnel=phase_1.empty_funnel((82, 0, 0, 0, 0, 0, 0)),
        signal_quality=phase_1.no_signal_quality("no candidate was traded", 82),
        promises=phase_1.promises(measured=False),
    )
    return replace(
        found, confidence=confidence.no_score(), scores=confidence.scores(82, scored=False)
    )


def no_candidates() -> Inputs:
    """The rule never fired: neither phase traded."""
    found = with_phase_1(
        no_trades(),
        *quiet("0 of 0 candidates have a score", "candidates"),
        differences=phase_1.nothing_to_compare("no trade in either phase"),
        funnel=phase_1.empty_funnel((0, 0, 0, 0, 0, 0, 0)),
        signal_quality=phase_1.no_signal_quality("no candidate", 0),
        promises=phase_1.promises(measured=False),
    )
    return replace(
        found, confidence=confidence.no_score(), scores=confidence.scores(0, scored=False)
    )


def one_coin() -> Inputs:
    coins = COINS[:1]
    base = run(losing_gates(), losing_phase(coins))
    found = with_phase_1(base, phase_1.gates(), phase_1.figures(coins))
    return replace(
        found,
        ingest=quality(coins),
        market={**base.market, "symbols": list(coins)},
        volatility=volatility.judged(coins),
        forecasts=volatility.frames(coins),
    )


def quick() -> Inputs:
    """Three coins, 120 days: two blocks, nothing can be judged."""
    base = no_score()
    period = {**base.validate["period"], "blocks": 2, "days_out_of_sample": 60}
    period |= {"out_of_sample_from": "2023-03-02T00:00:00Z", "burn_in_days": 60.0}
    frames = volatility.frames(days=30)
    short = frames[COINS[0]]
    return replace(
        base,
        validate={**base.validate, "period": period},
        volatility=volatility.too_short(),
        forecasts=frames,
        shown=ShownCoin(COINS[0], volatility.bars_of(short), volatility.truth_of(short)),
        equity={number: equity_frame(99000.0, 120) for number in (0, 1)},
    )


def wordy() -> Inputs:
    """Few blocks of real bars, few trades, a ledger that fails: page one has most to say."""
    base = real()
    few = "insufficient in phase 1: 4 of 100 trades, 0 of 10 losing trades, 1 of 6 blocks"
    shown = {
        name: found if name == "against" else {**found, "verdict": "NOT SHOWN", "reason": few}
        for name, found in base.validate["differences"]["1"].items()
    }
    phases = copy.deepcopy(base.validate["phases"])
    phases["1"]["money"]["equity_at_start"] = 31000.0
    phases["0"]["counts"] |= {"trades": 301, "losing_trades": 131, "days_with_trades": 70}
    return replace(
        base,
        validate={
            **base.validate,
            "period": {**base.validate["period"], "blocks": 8},
            "differences": {"1": shown},
            "phases": phases,
            "checks": [{**check, "holds": False} for check in base.validate["checks"]],
        },
    )


def real() -> Inputs:
    """Real bars: no latent state, so only the proxy can be shown."""
    base = real_bars()
    found = with_phase_1(base, phase_1.gates(), phase_1.figures(COINS))
    quality_1 = {**phase_1.signal_quality(), "planted_recall": None}
    return replace(
        found,
        validate={**found.validate, "signal_quality": quality_1},
        volatility=volatility.judged(known=False),
        shown=replace(base.shown, truth=None),
    )


def all_phases() -> Inputs:
    """Every phase built, phase 2 abstaining: what later sessions will hand over."""
    base = passing()
    rows = [{**one, "phase": phase} for phase in range(5) for one in base.gates]
    why = "0 of 4,502 candidates reached it"
    abstained = cannot_tell(list(base.gates), f"abstained: {why}")
    rows = [row for row in rows if row["phase"] != 2] + [{**one, "phase": 2} for one in abstained]
    rows[-6] |= {"verdict": "INCONCLUSIVE"}
    phases = {
        str(k): {**losing_phase(), "verdict": "INCONCLUSIVE" if k in (2, 4) else "PASS"}
        for k in range(5)
    }
    phases["2"] |= {"abstained": why, "abstained_at": "threshold"}
    validate = {
        **built().validate,
        "built_phases": [0, 1, 2, 3, 4],
        "phases": phases,
        "differences": {
            str(k): {**phase_1.differences()["1"], "against": k - 1} for k in range(1, 5)
        },
        "exits": phase_2.abstained_exits(),
    }
    equity = dict.fromkeys(range(5), base.equity[0])
    return replace(base, gates=rows, validate=validate, equity=equity)
