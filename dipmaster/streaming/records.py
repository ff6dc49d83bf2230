"""What an account holds and puts on record: positions, fills, trades, marks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.costs import BPS
from dipmaster.backtest.entries import REGIMES
from dipmaster.backtest.funding import sum_unit_funding
from dipmaster.backtest.layouts import NEVER, STOP_OR_TARGET
from dipmaster.backtest.rules import EXIT_NAMES, ExitType
from dipmaster.backtest.trades import BINDING_CAPS, BUY, FillColumns, sum_money
from dipmaster.core.time_units import BAR_MS
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.path_records import PathEvent
from dipmaster.streaming.state import Saved, select_saved


class EquityMark(NamedTuple):
    """The account at a close."""

    equity: float
    cash: float
    exposure_frac: float


@dataclass
class OpenPosition:
    """A position and what is needed to put it on record when it has ended.

    Attributes
    ----------
    remaining
        Units that a partial exit has left.
    last_close
        Last known close since the entry.
    last_funding, funding_at_entry, funding_at_partial
        Cumulative funding of a unit of the coin: up to now, the entry, the partial exit.
    fills
        Priced, each of shape (1,).
    """

    trade_id: int
    candidate_id: int
    coin: int
    entry_number: int
    quantity: float
    remaining: float
    weight_frac: float
    binding_cap: int
    confidence: float
    regime: str
    sizing: Mapping[str, float]
    last_funding: float
    funding_at_entry: float
    funding_at_partial: float = np.nan
    last_close: float = np.nan
    fills: list[FillColumns] = field(default_factory=list)

    @classmethod
    def open(
        cls, trade_id: int, orders: BarOrders, row: int, bar: MarketBar, quantity: float,
        weight_frac: float, binding_cap: int, cumulative_funding: float,
    ) -> "OpenPosition":  # fmt: skip
        """An order that was filled."""
        return cls(
            trade_id,
            int(orders.candidate_id[row]),
            int(orders.coin[row]),
            bar.number,
            quantity,
            quantity,
            weight_frac,
            binding_cap,
            float(orders.confidence[row]),
            orders.regime_name(row),
            {name: float(column[row]) for name, column in orders.sizing.items()},
            cumulative_funding,
            cumulative_funding,
        )


_WHOLE = ("trade_id", "candidate_id", "coin", "entry_number", "binding_cap")
_REAL = (
    "quantity", "remaining", "weight_frac", "confidence", "last_funding", "funding_at_entry",
    "funding_at_partial", "last_close",
)  # fmt: skip


def save_position(position: OpenPosition) -> Saved:
    """A position as named arrays."""
    fills = {
        f"fill_{place}/{name}": column
        for place, fill in enumerate(position.fills)
        for name, column in fill.items()
    }
    sizing = {f"sizing/{name}": np.array(value) for name, value in position.sizing.items()}
    return {
        "whole": np.array([getattr(position, name) for name in _WHOLE], np.int64),
        "real": np.array([getattr(position, name) for name in _REAL]),
        "regime": np.array(REGIMES.index(position.regime)),
        "fills": np.array(len(position.fills)),
        **sizing,
        **fills,
    }


def load_position(saved: Saved) -> OpenPosition:
    """What `save_position` gave."""
    return OpenPosition(
        **dict(zip(_WHOLE, saved["whole"].tolist(), strict=True)),
        **dict(zip(_REAL, saved["real"].tolist(), strict=True)),
        regime=REGIMES[int(saved["regime"])],
        sizing={name: float(one) for name, one in select_saved(saved, "sizing").items()},
        fills=[select_saved(saved, f"fill_{place}") for place in range(int(saved["fills"]))],
    )


@dataclass(frozen=True)
class ClosedTrade:
    """A trade that has ended, as a row of table TRADES but for names and times.

    Attributes
    ----------
    values
        Column of table TRADES to value.
    """

    trade_id: int
    coin: int
    values: Mapping[str, Any]


def build_buy(position: OpenPosition, bar: MarketBar) -> FillColumns:
    """Fill at the open of the bar, not priced yet."""
    spread = float(bar.half_spread_bps[position.coin]) * BPS
    reference = float(bar.open[position.coin])
    return _build_fill(position.quantity, reference, spread, BUY, np.nan)


def build_sale(position: OpenPosition, event: PathEvent, quantity: float) -> FillColumns:
    """Fill of an exit or a partial exit, not priced yet."""
    trip = event.trip[0]
    if event.is_exit:
        kind, name = int(trip["exit_type"]), "exit"
    else:
        kind, name = int(ExitType.PROFIT_TAKING), "partial"
    return _build_fill(
        quantity, float(trip[f"{name}_reference"]), float(trip[f"{name}_half_spread"]), kind,
        float(trip[f"{name}_score"]),
    )  # fmt: skip


def _build_fill(
    quantity: float, reference: float, half_spread: float, kind: int, score: float
) -> FillColumns:
    return {
        "trade": np.zeros(1, np.int64),
        "quantity": np.array([quantity]),
        "reference": np.array([reference]),
        "half_spread": np.array([half_spread]),
        "exit_type": np.array([kind], np.int64),
        "score": np.array([score]),
    }


def close_trade(
    position: OpenPosition, trip: npt.NDArray[Any], number: int, partial_frac: float
) -> ClosedTrade:
    """Merge the fills of a trade as `build_trades_table` does."""
    fills = {
        name: np.concatenate([one[name] for one in position.fills]) for name in position.fills[0]
    }
    entry, record = trip["entry_reference"], trip[0]
    funding = np.array([position.quantity]) * _unit_funding(position, trip, partial_frac)
    money = sum_money(fills, 1, np.array([position.quantity]) * entry, funding)
    values = {
        "candidate_id": position.candidate_id,
        "signal_time": (position.entry_number - 1) * BAR_MS,
        "entry_time": position.entry_number * BAR_MS,
        "exit_time": number * BAR_MS,
        **{name: float(column[0]) for name, column in money.items()},
        "weight_frac": position.weight_frac,
        "quantity": position.quantity,
        "exit_type": EXIT_NAMES[record["exit_type"]],
        "stop_and_target_touched": bool(record["exit_stage"] == STOP_OR_TARGET),
        "mfe_frac": float((trip["peak"] / entry - 1.0)[0]),
        "mae_frac": float((trip["trough"] / entry - 1.0)[0]),
        "bars_held": number - position.entry_number,
        "confidence": position.confidence,
        "regime": position.regime,
        "open_at_end": bool(record["exit_type"] == int(ExitType.END_OF_DATA)),
        "binding_cap": BINDING_CAPS[position.binding_cap],
        **position.sizing,
    }
    return ClosedTrade(position.trade_id, position.coin, values)


def _unit_funding(
    position: OpenPosition, trip: npt.NDArray[Any], partial_frac: float
) -> npt.NDArray[np.float64]:
    """Funding paid for each unit bought, as `compute_unit_funding`."""
    has_partial = trip["partial_bar"] != NEVER
    at_exit = np.array([position.last_funding])
    return sum_unit_funding(
        np.array([position.funding_at_entry]),
        np.where(has_partial, position.funding_at_partial, at_exit),
        at_exit,
        np.where(has_partial, 1.0 - partial_frac, 1.0),
    )
