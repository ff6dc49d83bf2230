"""Ledger of adaptive exits to checks: what was sold had been decided, by scores made before.

They use the bars, the ledger, the candidates and what the exits stage wrote, not the code
that plans or decides; only the scores of a sample are made again, by the stored models.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from dipmaster.backtest import ExitType, Ledger
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import AdaptiveExits
from dipmaster.core.params.exits import ExitDecision
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phases.exits.inputs import ExitInputs, restore_rows
from dipmaster.learning.evaluation.minimum_data import count_of
from dipmaster.results.exits.refits import ExitLicence, ExitModelFold

FULL = ExitType.OPTIMAL_TIMING.name.lower()
PART = ExitType.PROFIT_TAKING.name.lower()
TARGET = ExitType.TARGET.name.lower()
NO_BAR_MS = np.iinfo(np.int64).max  # later than every time
ROUNDING = 1e-9  # relative: a level is a product, a model is read back from a file
SAMPLED = 200  # positions whose scores are made again


def check_exits(
    ledger: Ledger, candidates: pd.DataFrame, inputs: ExitInputs, exits: AdaptiveExits
) -> tuple[Check, ...]:
    """Checks of a phase that leaves by plans and models, burn-in included.

    Parameters
    ----------
    ledger
        Its trades stand for rows of `candidates`, which is a check of its own.
    candidates
        Table CANDIDATES, row by row those of the plans.
    """
    names = ["candidate_id", "open_time", "exit_probability"]
    acts = inputs.rows["exit_probability"].notna() & (inputs.rows["licensed"] == 1)
    scored = inputs.rows.loc[acts, names]
    scored = scored.assign(closed_ms=to_epoch_ms(scored["open_time"]))
    sales, panel = _sales(ledger), inputs.market.panel
    return (
        _targets_are_planned(ledger, sales, inputs.plans, panel),
        _sold_on_scores(sales, scored, exits.decision, panel),
        _none_passed_over(ledger.trades, sales, scored, exits.decision, panel),
        _fitted_before(inputs.rows, candidates, inputs.folds),
        _licensed_on_record(inputs.rows, inputs.licences),
        _parts_are_whole(ledger, exits.decision),
        _scored_again(inputs, candidates, exits.max_holding_bars),
    )


def _sales(ledger: Ledger) -> pd.DataFrame:
    """Every sale, with the candidate behind it and the price at which it had been bought."""
    bought = ledger.fills[ledger.fills["side"] == "buy"].set_index("trade_id")
    sold = ledger.fills[ledger.fills["side"] == "sell"]
    of = ledger.trades.set_index("trade_id")["candidate_id"]
    return sold.assign(
        candidate_id=sold["trade_id"].map(of),
        sold_ms=to_epoch_ms(sold["time"]),
        entry=sold["trade_id"].map(bought["reference_price"]),
    )


def _targets_are_planned(
    ledger: Ledger, sales: pd.DataFrame, plans: pd.DataFrame, panel: Panel
) -> Check:
    """Sold at the plan's level, or at an open above it; and no level gone through before."""
    target = plans["target_frac"].to_numpy(dtype=np.float64)
    hit = sales[sales["exit_type"] == TARGET]
    row = np.searchsorted(np.array(panel.symbols), hit["symbol"].to_numpy(dtype=str))
    opened = panel.open[row, panel.index_of(to_epoch_ms(hit["time"]))]
    level = hit["entry"].to_numpy() * (1.0 + target[hit["candidate_id"].to_numpy(np.int64)])
    wrong = _apart(hit["reference_price"].to_numpy(), np.maximum(opened, level))
    last = sales.groupby("trade_id")[["reference_price", "entry"]].last()
    left = (last["reference_price"] / last["entry"] - 1.0).reindex(ledger.trades["trade_id"])
    planned = target[ledger.trades["candidate_id"].to_numpy(np.int64)]
    most = np.maximum(planned, left.to_numpy())
    beyond = ledger.trades["mfe_frac"].to_numpy() > most + ROUNDING
    return Check(
        "sales at a target are at the planned price, and no trade passed its target without a sale",
        not (wrong.any() or beyond.any()),
        f"{count_of(len(hit), 'sales')} at a target, {int(wrong.sum())} at another price; "
        f"{count_of(len(ledger.trades), 'trades')}, {int(beyond.sum())} passed the target unsold",
        len(ledger.trades),
    )


def _apart(one: Floats, other: Floats) -> Bools:
    apart: Bools = ~(np.abs(one - other) <= ROUNDING * np.abs(other))
    return apart


def _traded_before(panel: Panel, symbol: "pd.Series[str]", time_ms: Ints) -> Ints:
    """Open time of the last bar before each time in which its symbol was traded."""
    return _beside(panel, symbol, time_ms, lambda bars_ms, at: np.searchsorted(bars_ms, at) - 1)


def _traded_after(panel: Panel, symbol: "pd.Series[str]", time_ms: Ints) -> Ints:
    """Open time of the first bar after each time in which its symbol was traded."""
    return _beside(
        panel, symbol, time_ms, lambda bars_ms, at: np.searchsorted(bars_ms, at, "right")
    )


def _beside(
    panel: Panel, symbol: "pd.Series[str]", time_ms: Ints, place: Callable[[Ints, Ints], Ints]
) -> Ints:
    """Open time of each symbol's traded bar at a place; `NO_BAR_MS` where there is none."""
    beside_ms = np.full(time_ms.size, NO_BAR_MS)
    for row, name in enumerate(panel.symbols):
        bars_ms = panel.open_time[~np.isnan(panel.traded.close[row])]
        rows = np.flatnonzero(symbol.to_numpy(dtype=str) == name)
        # A place before the first bar and one after the last are both the added one.
        beside_ms[rows] = np.append(bars_ms, NO_BAR_MS)[place(bars_ms, time_ms[rows])]
    return beside_ms


def _sold_on_scores(
    sales: pd.DataFrame, scored: pd.DataFrame, decision: ExitDecision, panel: Panel
) -> Check:
    """The score of the last bar before the sale that was traded: over a hole an order waits."""
    decided = sales[sales["exit_type"].isin([FULL, PART])]
    closed_ms = _traded_before(panel, decided["symbol"], decided["sold_ms"].to_numpy(np.int64))
    matched = decided.assign(closed_ms=closed_ms).merge(
        scored, "left", ["candidate_id", "closed_ms"]
    )
    score = matched["exit_probability"].to_numpy(dtype=np.float64)
    full, part = _thresholds(decision)
    least = np.where(matched["exit_type"] == FULL, full, part)
    same = score == matched["exit_confidence"].to_numpy(dtype=np.float64)
    wrong = int((~(same & (score > least))).sum())
    return Check(
        "every sale by a model follows an exit probability that had a licence and exceeded the "
        "threshold at the close before",
        wrong == 0,
        f"{count_of(len(matched), 'sales')} by models, {wrong} without such a probability",
        len(matched),
    )


def _none_passed_over(
    trades: pd.DataFrame,
    sales: pd.DataFrame,
    scored: pd.DataFrame,
    decision: ExitDecision,
    panel: Panel,
) -> Check:
    """A licensed score above a threshold sells what has not left when its symbol is next traded.

    Where it is not traded again there is nothing to sell at.
    """
    left = trades[["candidate_id", "symbol"]].assign(left_ms=to_epoch_ms(trades["exit_time"]))
    traded = scored.merge(left, "inner", "candidate_id")
    closed_ms = traded["closed_ms"].to_numpy(np.int64)
    traded = traded.assign(sold_ms=_traded_after(panel, traded["symbol"], closed_ms))
    open_still = traded[traded["left_ms"] > traded["sold_ms"]]
    full, part = _thresholds(decision)
    whole = int((open_still["exit_probability"] > full).sum())
    above = traded[traded["exit_probability"] > part]
    first = above.groupby("candidate_id", as_index=False).first()
    due = first[first["left_ms"] > first["sold_ms"]]
    halves = sales.loc[sales["exit_type"] == PART, ["candidate_id", "sold_ms"]]
    missed = len(due) - len(due.merge(halves, "inner", ["candidate_id", "sold_ms"]))
    return Check(
        "every exit probability with a licence and above a threshold led to its sale",
        whole == 0 and missed == 0,
        f"{count_of(len(traded), 'exit probabilities')} with a licence in "
        f"{count_of(len(trades), 'trades')}, {whole} without a sale, {missed} without a partial "
        "sale",
        len(traded),
    )


def _thresholds(decision: ExitDecision) -> tuple[float, float]:
    full = decision.full_probability if decision.full else np.inf
    return full, decision.partial_probability if decision.partial else np.inf


def _fitted_before(
    rows: pd.DataFrame, candidates: pd.DataFrame, folds: Sequence[ExitModelFold]
) -> Check:
    """Of every candidate's rows, traded or not."""
    scored = rows[rows["exit_probability"].notna()]
    signal = to_epoch_ms(candidates["open_time"])[scored["candidate_id"].to_numpy(np.int64)]
    models, above = _moments(folds, "exit_models"), _moments(folds, "calibrator")
    late = _unsound(scored["models_fitted"], models, signal + BAR_MS)
    late |= _unsound(scored["calibrator_fitted"], above, signal + BAR_MS)
    early = ~np.isin(above, models)
    return Check(
        "every exit probability comes from models and a calibrator of one refit, before its signal",
        not (late.any() or early.any()),
        f"{count_of(len(scored), 'exit probabilities')}, {int(late.sum())} without such a fit; "
        f"{count_of(models.size, 'fits')} of exit models, {above.size} of the calibrator",
        len(scored),
    )


def _licensed_on_record(rows: pd.DataFrame, licences: Sequence[ExitLicence]) -> Check:
    """Flags of rows by what is on record, and that by its own bound."""
    scored = rows[rows["exit_probability"].notna()]
    moment = to_epoch_ms(scored["calibrator_fitted"].fillna(pd.Timestamp(0, tz="UTC")))
    granted = np.isin(moment, _times_ms([one.fitted_at for one in licences if one.licensed]))
    refused = np.isin(moment, _times_ms([one.fitted_at for one in licences if not one.licensed]))
    flag = scored["licensed"].to_numpy()
    wrong = int(np.count_nonzero(~np.where(granted, flag == 1, refused & (flag == 0))))
    undeserved = [one for one in licences if one.licensed and not (one.low_bps or 0.0) > 0.0]
    return Check(
        "exit probabilities have a licence exactly where their refit was granted one, with a gain "
        "above 0",
        not (wrong or undeserved),
        f"{count_of(len(scored), 'exit probabilities')}, {wrong} against the record; "
        f"{count_of(len(licences), 'refits')}, "
        f"{sum(one.licensed for one in licences)} granted, {len(undeserved)} without such a gain",
        len(scored),
    )


def _moments(folds: Sequence[ExitModelFold], layer: str) -> Ints:
    return _times_ms([f.fitted_at for f in folds if f.layer == layer and not f.reason])


def _times_ms(times: list[str]) -> Ints:
    return to_epoch_ms(pd.Series(pd.to_datetime(times, utc=True)).astype("datetime64[ms, UTC]"))


def _unsound(fitted: "pd.Series[pd.Timestamp]", on_record: Ints, decided: Ints) -> Bools:
    there = fitted.notna().to_numpy()
    moment = to_epoch_ms(fitted.fillna(pd.Timestamp(0, tz="UTC")))
    wrong: Bools = ~there | (moment > decided) | ~np.isin(moment, on_record)
    return wrong


def _parts_are_whole(ledger: Ledger, decision: ExitDecision) -> Check:
    fills, trades = ledger.fills, ledger.trades.set_index("trade_id")
    sold = fills[fills["side"] == "sell"].groupby("trade_id")["quantity"].sum()
    gone = _apart(sold.reindex(trades.index).to_numpy(), trades["quantity"].to_numpy())
    part = fills[fills["exit_type"] == PART]
    twice = int(part["trade_id"].duplicated().sum())
    whole = part["trade_id"].map(trades["quantity"]).to_numpy(dtype=np.float64)
    share = _apart(part["quantity"].to_numpy(), whole * decision.partial_frac)
    return Check(
        "every position is sold in full, with at most one partial sale of the share that is set",
        not (gone.any() or twice or share.any()),
        f"{count_of(len(trades), 'trades')}, {int(gone.sum())} not sold in full; "
        f"{count_of(len(part), 'partial sales')}, "
        f"{twice} second ones, {int(share.sum())} of another share",
        len(trades),
    )


def _scored_again(inputs: ExitInputs, candidates: pd.DataFrame, max_holding_bars: int) -> Check:
    """Every k-th position, with a score or without: none may have got lost either."""
    positions = inputs.rows["candidate_id"].unique()
    picked = positions[:: max(1, -(-positions.size // SAMPLED))]
    sample = inputs.rows[inputs.rows["candidate_id"].isin(picked)]
    rows = restore_rows(sample, inputs.market.panel)
    signal_ms = to_epoch_ms(candidates["open_time"])
    again = inputs.models.score(rows, signal_ms, max_holding_bars)
    stored = sample["exit_probability"].to_numpy(dtype=np.float64)
    none = np.isnan(stored)
    same = np.where(none, np.isnan(again), np.abs(again - stored) <= ROUNDING)
    same &= none | (inputs.models.licensed(signal_ms)[rows.position] == (sample["licensed"] == 1))
    apart = int(np.count_nonzero(~same))
    return Check(
        "the stored models reproduce the stored exit probabilities and licences",
        apart == 0,
        f"{count_of(len(sample), 'closed bars')} of {count_of(picked.size, 'positions')}, "
        f"{int(np.isfinite(stored).sum())} "
        f"with an exit probability; {apart} differ",
        len(sample),
    )
