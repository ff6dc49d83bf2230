"""Markets whose future is another, and what rows must keep on them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.market import ExitMarket

PRICES = ("open", "high", "low", "close", "half_spread_bps")


def disturbed(market: ExitMarket, cut: int, seed: int) -> ExitMarket:
    """Every price and column after bar `cut` changed; some bars appear, some go, some idle."""
    rng = np.random.default_rng(seed)
    panel, symbols = market.panel, len(market.panel.symbols)
    later = panel.bars - cut - 1
    factor = np.exp(0.02 * rng.normal(size=(symbols, later)))
    gone, new = rng.random((2, symbols, later)) < 0.1
    fields = {}
    for name in PRICES:
        values = getattr(panel, name).copy()
        after = np.where(new, 100.0, values[:, cut + 1 :] * factor)
        values[:, cut + 1 :] = np.where(gone, np.nan, after)
        fields[name] = values
    fields["volume"] = panel.volume.copy()
    fields["volume"][:, cut + 1 :] = rng.random((symbols, later)) >= 0.1
    columns = {name: values.copy() for name, values in market.columns.items()}
    for values in columns.values():
        values[:, cut + 1 :] = rng.normal(size=(symbols, later))
    return ExitMarket(replace(panel, **fields), columns)


def ended(market: ExitMarket, cut: int) -> ExitMarket:
    """The data end with bar `cut`."""
    panel = market.panel
    fields = {name: getattr(panel, name)[:, : cut + 1] for name in (*PRICES, "volume")}
    columns = {name: values[:, : cut + 1] for name, values in market.columns.items()}
    return ExitMarket(replace(panel, open_time=panel.open_time[: cut + 1], **fields), columns)


def without_next_bar(market: ExitMarket, cut: int) -> ExitMarket:
    """Bar `cut` + 1 of no symbol exists."""
    fields = {name: getattr(market.panel, name).copy() for name in (*PRICES, "volume")}
    for values in fields.values():
        values[:, cut + 1] = np.nan
    return replace(market, panel=replace(market.panel, **fields))


def idle_next_bar(market: ExitMarket, cut: int) -> ExitMarket:
    """Nobody trades in bar `cut` + 1 of any symbol."""
    volume = market.panel.volume.copy()
    volume[:, cut + 1] = 0.0
    return replace(market, panel=replace(market.panel, volume=volume))


def until(rows: ExitRows, cut: int) -> list[tuple[int, int, int, bytes]]:
    """Rows up to the cut's own bar, features as bits."""
    known = np.flatnonzero(rows.bar <= cut)
    whole = np.stack([rows.position, rows.bar, rows.held], axis=1)[known].tolist()
    return [(*key, rows.features[r].tobytes()) for key, r in zip(whole, known, strict=True)]


Maker = Callable[[ExitMarket], ExitRows]


def assert_rows_know_their_past_alone(
    maker: Maker, market: ExitMarket, cuts: Sequence[int]
) -> None:
    """Whatever comes after a cut, its rows are the same, and exist."""
    whole = maker(market)
    assert len(whole) > 1000
    for cut in cuts:
        assert (whole.bar == cut).any()
        for other in (
            disturbed(market, cut, cut),
            ended(market, cut),
            without_next_bar(market, cut),
            idle_next_bar(market, cut),
        ):
            assert until(maker(other), cut) == until(whole, cut)
