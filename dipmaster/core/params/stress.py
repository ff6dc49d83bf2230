"""Section `stress`: which shocks, how often, and how long the account is watched."""

from pydantic import field_validator, model_validator

from dipmaster.core.params.base import Section, frac, number
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_HOUR, MINUTE_MS


def check_whole_bars(minutes: int) -> int:
    """Refuse minutes of which a shock would leave some out."""
    if minutes * MINUTE_MS % BAR_MS:
        raise ValueError(f"must be whole bars: a multiple of {BAR_MS // MINUTE_MS}")
    return minutes


class MarketCrash(Section):
    """All coins fall along their betas within a day; roadmap: return -0.20, volatility 0.50."""

    return_frac: float = frac("of the equal-weighted market over the crash", ge=-0.99, le=0)
    hours: int = number("from its begin to its end", ge=1, le=24 * 30)
    annual_volatility_frac: float = frac("of each coin around the path, annual", le=10)
    volatility_multiple: float = number("of each coin's own, where it is not that", ge=0, le=100)


class VolatilitySpike(Section):
    """Every coin's returns are rescaled, its price at the window's end kept; roadmap: 0.30."""

    annual_volatility_frac: float = frac("of each coin, annual", le=10)
    volatility_multiple: float = number("of each coin's own, where it is not that", ge=0, le=100)


class CorrelationBreakdown(Section):
    """Coins move together, each as much as before; roadmap: correlation_increase 0.40."""

    rise: float = number("of the mean correlation of two coins' 5-minute returns", ge=0, le=1)
    at_most: float = number("the mean correlation after it", ge=0, le=0.99)


class LiquidityDrought(Section):
    """Spreads widen and volume dries up; prices are left alone."""

    hours: int = number("how long", ge=1, le=24 * 30)
    multiple: float = number("spreads times this, volume over it", ge=1, le=1000)


class Outage(Section):
    """The exchange is down: no bars of any coin, prices go on behind, in a second scenario down."""

    minutes: int = number("how long, whole bars", ge=0, le=24 * 60)
    crash_return_frac: float = frac("of the market meanwhile, in the second", ge=-0.99, le=0)

    _whole_bars = field_validator("minutes")(check_whole_bars)


class FlashCrash(Section):
    """All coins fall along their betas within minutes and come back."""

    return_frac: float = frac("of the market at the lowest point", ge=-0.99, le=0)
    fall_bars: int = number("bars of the fall", ge=1, le=288)
    rebound_bars: int = number("bars of the way back", ge=1, le=288)
    spread_multiple: float = number("of the half-spread meanwhile", ge=1, le=1000)


class Delisting(Section):
    """One coin falls to nearly nothing, then has no bars any more."""

    hours: int = number("of the fall", ge=1, le=24 * 30)
    last_price_frac: float = frac("of the price before", ge=1e-6)
    spread_multiple: float = number("of its half-spread meanwhile", ge=1, le=1000)


class StalePrices(Section):
    """The prices of some coins stand still without trades, then jump to the truth."""

    minutes: int = number("how long, whole bars", ge=0, le=24 * 60)
    coins_frac: float = frac("share of the coins, rounded up")

    _whole_bars = field_validator("minutes")(check_whole_bars)


class Stress(Section):
    """Scenarios of the stage `stress-test`."""

    seed: int = number("root of the streams that draw dates and paths", ge=0, le=2**32 - 1)
    dates: int = number("dates of each of the roadmap's scenarios", ge=2, le=10_000)
    other_dates: int = number("dates of every other scenario", ge=2, le=10_000)
    window_days: int = number("days from the shock that the account is watched", ge=1, le=60)
    past_days: int = number("days before the shock that betas are measured on", ge=1, le=365)
    drawdown_limit_frac: float = frac("risk controls are effective below it", ge=1e-6)
    alpha: float = frac("one-sided level of the bounds", ge=0.0001, le=0.2)
    market_crash: MarketCrash
    volatility_spike: VolatilitySpike
    correlation_breakdown: CorrelationBreakdown
    liquidity_drought: LiquidityDrought
    outage: Outage
    flash_crash: FlashCrash
    delisting: Delisting
    stale_prices: StalePrices
    fee_multiple: float = number("of the taker fee, all of the window", ge=1, le=100)
    worst_days: int = number("worst market days before the shock, replayed in turn", ge=1, le=100)

    @model_validator(mode="after")
    def _check_lengths(self) -> "Stress":
        window = self.window_days * BARS_PER_DAY
        for name, bars in self._list_lengths().items():
            if bars > window:
                raise ValueError(
                    f"no shock may last longer than window_days ({window} bars); {name}: {bars}"
                )
        if self.other_dates > self.dates:
            raise ValueError("other_dates are the first of dates, and must not exceed them")
        return self

    def _list_lengths(self) -> dict[str, int]:
        """Bars of every shock; what gaps or jumps needs one more, on which that is seen."""
        outage, stale = (
            one.minutes * MINUTE_MS // BAR_MS for one in (self.outage, self.stale_prices)
        )
        return {
            "market_crash.hours": self.market_crash.hours * BARS_PER_HOUR,
            "liquidity_drought.hours": self.liquidity_drought.hours * BARS_PER_HOUR,
            "delisting.hours": self.delisting.hours * BARS_PER_HOUR,
            "flash_crash.fall_bars + rebound_bars": self.flash_crash.fall_bars
            + self.flash_crash.rebound_bars,
            "outage.minutes and the bar after": outage + 1,
            "stale_prices.minutes and the bar after": stale + 1,
        }
