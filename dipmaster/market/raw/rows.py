"""Which rows cannot be bars, and why; the reasons are reported in this order."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import EARLIEST_MS
from dipmaster.market.raw.columns import PRICES
from dipmaster.market.raw.convert import NO_TIME


@dataclass(frozen=True)
class BadRowReason:
    """Short name for counts, and the sentence for an error."""

    name: str
    expected: str


NO_FAULT = -1
NOT_SELECTED = -2
"""Code of a row that is neither checked nor read."""
REASONS = (
    BadRowReason(
        "no_time", "a time: seconds to nanoseconds since 1970, or YYYY-MM-DD HH:MM:SS in UTC"
    ),
    BadRowReason("before_2009", "a time in 2009 or later"),
    BadRowReason("beyond_max_time", "a time before ingest.max_time"),
    BadRowReason("off_grid", "an open time on the grid of the file's interval"),
    BadRowReason("not_a_number", "numbers in the price and volume columns"),
    BadRowReason("missing_value", "a value in every column"),
    BadRowReason("not_finite", "finite numbers"),
    BadRowReason("price_not_positive", "prices above zero"),
    BadRowReason("high_below_low", "high at or above low"),
    BadRowReason("outside_high_low", "open and close between low and high"),
    BadRowReason("negative_volume", "volumes, counts and spreads of zero or more"),
    BadRowReason("taker_above_volume", "taker_buy_volume of at most volume, in the same unit"),
)
# A column in another unit: some of its rows show it, and dropping those would keep the others.
WRONG_UNIT = len(REASONS) - 1
# Quantities that were stored in single precision are rounded by up to this share.
ROUNDING_FRAC = float(np.finfo(np.float32).eps)
RAGGED = "wrong_number_of_fields"
DUPLICATE = "duplicate"


def find_faults(
    times_ms: Ints,
    values: dict[str, Floats],
    is_text: dict[str, Bools],
    interval_ms: int,
    max_time_ms: int,
) -> Ints:
    """Index into `REASONS` of the first reason that holds for each row, else `NO_FAULT`.

    Parameters
    ----------
    times_ms
        Shape (rows,), `NO_TIME` where there is none.
    values
        Columns of table BARS but the time, NaN where there is no number.
    is_text
        For each of `values`: True where the file has text instead of a number.
    """
    prices = np.stack([values[name] for name in PRICES])
    open_, high, low, close = prices
    volume = values["volume"]
    others = np.stack([column for name, column in values.items() if name not in PRICES])
    all_values = np.concatenate([prices, others])
    conditions = [
        times_ms == NO_TIME,
        times_ms < EARLIEST_MS,
        times_ms >= max_time_ms,
        times_ms % interval_ms != 0,
        np.any(np.stack(list(is_text.values())), axis=0),
        np.any(np.isnan(all_values), axis=0),
        np.any(np.isinf(all_values), axis=0),
        np.any(prices <= 0, axis=0),
        high < low,
        (np.maximum(open_, close) > high) | (np.minimum(open_, close) < low),
        np.any(others < 0, axis=0),
        values.get("taker_buy_volume", volume) > volume * (1 + ROUNDING_FRAC),
    ]
    return np.select(conditions, list(range(len(REASONS))), NO_FAULT).astype(np.int64)


def find_impossible_price(values: dict[str, Floats]) -> tuple[float, float, float] | None:
    """Mean traded price of good rows that lies outside all their prices.

    Returns
    -------
    tuple
        quote_volume / volume, the lowest low and the highest high; None where
        the mean lies between them, as the volumes' units demand, or where there
        is no quote_volume.
    """
    if "quote_volume" not in values or not values["volume"].size:
        return None
    base, quote = float(values["volume"].sum()), float(values["quote_volume"].sum())
    low, high = float(values["low"].min()), float(values["high"].max())
    if low * base * (1 - ROUNDING_FRAC) <= quote <= high * base * (1 + ROUNDING_FRAC):
        return None
    return quote / base if base else np.inf, low, high


def count_reasons(codes: Ints) -> dict[str, int]:
    """Number of bad rows by the name of the reason."""
    return {
        reason.name: int(np.count_nonzero(codes == code))
        for code, reason in enumerate(REASONS)
        if np.any(codes == code)
    }
