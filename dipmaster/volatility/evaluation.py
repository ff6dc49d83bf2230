"""Forecasts and regimes evaluated out of sample, as one report."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import format_time
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Split, Volatility
from dipmaster.core.params.roadmap import REGIME_ACCURACY_FRAC
from dipmaster.core.params.volatility import FORECAST_NAMES
from dipmaster.core.time_units import BARS_PER_DAY, DAY_MS, out_of_sample_start_ms
from dipmaster.results.volatility import garch, record, regimes
from dipmaster.volatility import forecast_accuracy, regime_accuracy
from dipmaster.volatility.batch import MarketVolatility
from dipmaster.volatility.garch import GarchPath
from dipmaster.volatility.garch_summary import summarize_last_window
from dipmaster.volatility.intraday.evaluation import evaluate_intraday
from dipmaster.volatility.regime import Classes
from dipmaster.volatility.regime_accuracy import evaluate_regimes
from dipmaster.volatility.spillover.evaluation import evaluate_spillover


@dataclass(frozen=True)
class LatentRegimes:
    """Latent states of a simulated market: shapes (bars,) and (coins, bars); -1 not known.

    Attributes
    ----------
    episode
        Bars of its correlation episodes, shape (bars,); None where they are not known.
    """

    market: Classes
    coins: Classes
    episode: Bools | None = None


def evaluate_volatility(
    volatility: MarketVolatility, truth: LatentRegimes | None, params: Volatility, split: Split
) -> record.VolatilityResults:
    """Evaluate forecasts and regimes from the start of the out-of-sample period.

    Parameters
    ----------
    truth
        None for real bars: the class of the next 24 hours' realised volatility
        serves as a proxy, and is called one.
    split
        For its start: `burn_in_days` after the first bar, at the next midnight.
    """
    first_bar = out_of_sample_bar(volatility, split)
    forecasts: dict[str, Floats] = {
        name: volatility.forecasts.by_name(name) for name in FORECAST_NAMES
    }
    return record.VolatilityResults(
        out_of_sample_from=format_time(_out_of_sample_start_ms(volatility, split)),
        forecast_used=params.forecast,
        forecasts=forecast_accuracy.evaluate_forecasts(
            volatility.symbols,
            volatility.returns,
            forecasts,
            first_bar,
            params.forecast,
            params.evaluation,
        ),
        regimes=_evaluate_detectors(volatility, truth, first_bar, params),
        regime_shares=_regime_shares(volatility, first_bar),
        garch=_summarize_garch(volatility, params),
        seasonality=record.SeasonFactors(
            weekday=tuple(volatility.profile[-1, :24].tolist()),
            weekend=tuple(volatility.profile[-1, 24:].tolist()),
        ),
        spillover=evaluate_spillover(
            volatility.symbols,
            volatility.exists,
            volatility.spillover,
            truth.episode if truth else None,
            volatility.clock,
            first_bar,
            params,
        ),
        intraday=evaluate_intraday(
            volatility.symbols,
            volatility.returns,
            volatility.exists,
            volatility.profile,
            volatility.intraday,
            volatility.clock,
            first_bar,
            params,
        ),
    )


def _out_of_sample_start_ms(volatility: MarketVolatility, split: Split) -> int:
    return out_of_sample_start_ms(volatility.clock.first_ms, split.burn_in_days)


def out_of_sample_bar(volatility: MarketVolatility, split: Split) -> int:
    """First bar out of sample; the end of the grid where nothing is."""
    bar = (
        (_out_of_sample_start_ms(volatility, split) - volatility.clock.first_ms)
        * BARS_PER_DAY
        // DAY_MS
    )
    return min(bar, volatility.clock.bars)


def _evaluate_detectors(
    volatility: MarketVolatility, truth: LatentRegimes | None, first_bar: int, params: Volatility
) -> regimes.RegimeResults | regimes.RegimesNotJudged:
    if volatility.clock.bars - first_bar < BARS_PER_DAY:
        return regimes.RegimesNotJudged(reason="less than a day out of sample")
    exists, found = volatility.exists, volatility.regimes
    proxy = regime_accuracy.classify_next_day(volatility.returns, params.regime)
    compare = partial(evaluate_regimes, first_bar=first_bar, params=params.evaluation)

    def evaluate_detector(classes: Classes) -> regimes.DetectorResults:
        predicted = np.where(exists, classes, -1)
        if truth is None:
            return regimes.DetectorResults(proxy=compare(predicted, proxy))
        return regimes.DetectorResults(
            proxy=compare(predicted, proxy),
            market_truth=compare(predicted, np.where(exists, truth.market, -1)),
            coin_truth=compare(predicted, truth.coins),
            market_delay=_measure_delay(classes, truth.market, first_bar),
            coin_delay=_measure_delay(classes, truth.coins, first_bar),
        )

    return regimes.RegimeResults(
        target=REGIME_ACCURACY_FRAC,
        detector_used=found.detector,
        market=evaluate_detector(found.market),
        coin=evaluate_detector(found.coin),
        naive=evaluate_detector(found.naive),
        hierarchical_market=evaluate_detector(found.hierarchical_market),
        hierarchical=evaluate_detector(found.hierarchical),
        range_class=evaluate_detector(found.range_class),
        episodes=len(regime_accuracy.find_episodes(truth.market, first_bar)) if truth else None,
    )


def _measure_delay(classes: Classes, truth: Classes, first_bar: int) -> regimes.DetectionDelay:
    """One row where both are the market's, else a row a coin."""
    predicted, true = np.broadcast_arrays(np.atleast_2d(classes), np.atleast_2d(truth))
    return regime_accuracy.measure_delays(predicted, true, first_bar)


def _regime_shares(volatility: MarketVolatility, first_bar: int) -> regimes.RegimeShares:
    """How much of the out-of-sample time each regime and the limit on trading take."""
    exists = volatility.exists[:, first_bar:]
    regime = volatility.regimes.regime[:, first_bar:][exists]
    known = regime[regime >= 0]
    limit = volatility.regimes.no_new_trades[:, first_bar:][exists]
    return regimes.RegimeShares(
        low=_share(known == 0),
        normal=_share(known == 1),
        high=_share(known == 2),
        unknown=_share(regime < 0),
        no_new_trades=_share(limit[limit >= 0] == 1),
    )


def _share(flags: Bools) -> float | None:
    return float(flags.mean()) if flags.size else None


def _summarize_garch(
    volatility: MarketVolatility, params: Volatility
) -> dict[str, garch.CoinGarch]:
    def summarize_coin(row: tuple[Floats, GarchPath]) -> garch.CoinGarch:
        returns, path = row
        known = path.confidence[np.isfinite(path.confidence)]
        return garch.CoinGarch(
            fits=path.edges.size,
            not_converged=path.not_converged,
            integrated=path.integrated,
            median_confidence=float(np.median(known)) if known.size else None,
            last_window=summarize_last_window(
                returns, volatility.profile, volatility.clock, path, params.garch
            ),
        )

    rows = list(zip(volatility.returns, volatility.garch, strict=True))
    summaries = map_in_threads(summarize_coin, rows, "GARCH summaries")
    return dict(zip(volatility.symbols, summaries, strict=True))
