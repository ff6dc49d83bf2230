"""Trades of a phase by exit type, holding time, symbol, month and regime.

`net_pnl` is in the quote currency, `mean_net_bps` in basis points of the notional. A profit
factor is None where nothing was lost.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitTypeRow:
    """Trades whose last part left this way, at least one; `share_frac` is of all trades."""

    exit_type: str
    trades: int
    share_frac: float
    win_rate: float
    net_pnl: float
    mean_net_bps: float
    median_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBin:
    """Trades held from so many minutes to less than so many; the last bin holds the rest."""

    from_minutes: int
    to_minutes: int
    trades: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingTime:
    """How long positions were held, without those open when the data ended; None without any.

    Attributes
    ----------
    in_band_frac
        Held 45 to 120 minutes, both included.
    """

    mean_minutes: float | None
    median_minutes: float | None
    p10_minutes: float | None
    p90_minutes: float | None
    in_band_frac: float | None
    histogram: tuple[HoldingBin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRow:
    """Trades of one coin, at least one."""

    symbol: str
    trades: int
    win_rate: float
    profit_factor: float | None
    mean_net_bps: float
    net_pnl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeRow:
    """Trades opened in one regime, at least one."""

    regime: str
    trades: int
    win_rate: float
    profit_factor: float | None
    mean_net_bps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """Trades closed in one UTC month, and the account over its days.

    Attributes
    ----------
    month
        As ``2023-06``.
    win_rate
        None without trades.
    return_frac, max_drawdown_frac
        Of the account, marked at every bar.
    """

    month: str
    trades: int
    win_rate: float | None
    net_pnl: float
    return_frac: float
    max_drawdown_frac: float
