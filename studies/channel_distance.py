"""d' of each channel: as it is planted, and as a plain reader of the published rows attains it.

``python -m studies.channel_distance [--seeds N] [--days D] [--jumps-per-day J]``

d' = (mean at liquidity jumps - mean at news) / pooled standard deviation of the
reading, all three taken from the readings themselves: no constant of the
simulator enters. The truth only says which bars to compare. Readings use what
is published at the close of the jump's bar:

bars
    Log volume beyond what volatility and the size of the move let expect; the
    expectation is a regression on the coin's first `LEARNING_DAYS`, read after.
order_book
    Imbalance against the direction of the bar.
on_chain, sentiment
    Latest published net flow (sign turned) and score.

"planted": in a world where nothing but its noise moves a channel (log volume is
then read against the coin's median), at jumps without another liquidity jump
within 12 hours. "plain reader": the world as it is, all jumps. Standard errors
are clustered by day, all coins together.
"""

import argparse
import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pandas as pd

from dipmaster.core.errors import PipelineError
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_processes
from dipmaster.core.params.market import Informativeness, SimulatorParams
from dipmaster.core.store import read_params
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.market.simulator import MARKET_MODEL, SimulatedMarket, simulate_market
from studies.stylised_facts import FIRST_SEED, override_dials

Reader = Callable[[SimulatedMarket, str], Floats]

CHANNELS = ("bars", "order_book", "on_chain", "sentiment")
D_PRIMES = (0.0, 1.2, 2.4)
LEARNING_DAYS = 180  # days of a coin from which the volume that is to be expected is learnt
SIGMA_HALFLIFE, SIGMA_LAG = 144, 4  # bars: the reader's yardstick of a move
ISOLATION_BARS = 144  # bars without another liquidity jump on both sides

# Nothing but white noise moves the volume, nothing but its own noise the score.
BARE_MODEL: Final = dataclasses.replace(
    MARKET_MODEL,
    volume_elasticity=0.0,
    move_elasticity=0.0,
    volume_memory=(0.0, MARKET_MODEL.volume_memory[1]),
    sentiment_reaction=0.0,
)


def measure_distance(values: Floats, liquidity: Bools, clusters: Ints) -> tuple[float, float]:
    """Distance d' between two groups and its standard error.

    Parameters
    ----------
    values
        Shape (jumps,), no NaN.
    liquidity
        Shape (jumps,), True for liquidity jumps, False for news.
    clusters
        Shape (jumps,), jumps of one cluster may move together.

    Notes
    -----
    The error is that of the linearised d': the influence of a value is
    (+-deviation / n_group) / s - d' (deviation^2 - s^2) / (2 s^2 n), summed by cluster.
    """
    n = np.array([liquidity.size - liquidity.sum(), liquidity.sum()], dtype=np.float64)
    group = liquidity.astype(np.int64)
    means = np.bincount(group, weights=values, minlength=2) / n
    deviation = values - means[group]
    variance = float(np.sum(deviation**2) / (values.size - 2))
    d_prime = float((means[1] - means[0]) / np.sqrt(variance))
    influence = np.where(liquidity, deviation, -deviation) / n[group] / np.sqrt(variance)
    influence = influence - d_prime * (deviation**2 / variance - 1.0) / (2.0 * values.size)
    sums = pd.Series(influence).groupby(clusters).sum().to_numpy()
    return d_prime, float(np.sqrt(np.sum(sums**2) * sums.size / (sums.size - 1)))


def collect_readings(market: SimulatedMarket, reader: Reader) -> pd.DataFrame:
    """One row a jump: value (in the reader's unit), liquidity, alone, day."""
    parts = [_read_coin(market, symbol, reader) for symbol in market.symbols]
    return pd.concat(parts, ignore_index=True).dropna()


def _read_coin(market: SimulatedMarket, symbol: str, reader: Reader) -> pd.DataFrame:
    truth = market.truth[symbol]
    liquidity = truth["jump_mark"] == 1
    jumps_near = (
        liquidity.astype(int).rolling(2 * ISOLATION_BARS + 1, center=True, min_periods=1).sum()
    )
    readings = pd.DataFrame(
        {
            "value": reader(market, symbol),
            "liquidity": liquidity,
            "alone": jumps_near == liquidity,
            "day": to_epoch_ms(truth["open_time"]) // DAY_MS,
        }
    )
    return readings[truth["jump_mark"] > 0]


def _read_volume(market: SimulatedMarket, symbol: str) -> Floats:
    """Log volume less its expectation; NaN in the days it is learnt from."""
    bars = market.bars[symbol]
    log_volume = np.log(bars["volume"])
    step = pd.Series(np.log(bars["close"] / bars["open"]))
    sigma = np.sqrt((step**2).ewm(halflife=SIGMA_HALFLIFE).mean().shift(SIGMA_LAG))
    size = np.log1p((step / sigma) ** 2)
    level = log_volume.shift(1).rolling(20).mean()
    known = np.column_stack([np.ones(len(bars)), np.log(sigma), level, size, size**2])
    learn = np.arange(len(bars)) < LEARNING_DAYS * BARS_PER_DAY
    usable = learn & np.isfinite(known).all(axis=1)
    weights = np.linalg.lstsq(known[usable], log_volume.to_numpy()[usable], rcond=None)[0]
    return np.asarray(np.where(learn, np.nan, log_volume - known @ weights), dtype=np.float64)


def _read_volume_over_median(market: SimulatedMarket, symbol: str) -> Floats:
    log_volume = np.log(market.bars[symbol]["volume"].to_numpy(dtype=np.float64))
    return np.asarray(log_volume - np.median(log_volume), dtype=np.float64)


def _read_order_book(market: SimulatedMarket, symbol: str) -> Floats:
    bars = market.bars[symbol]
    lean = np.arctanh(market.order_book[symbol]["imbalance"].to_numpy())
    return np.asarray(-np.sign(bars["close"] - bars["open"]) * lean, dtype=np.float64)


def _read_flow(market: SimulatedMarket, symbol: str) -> Floats:
    return -_latest(market.on_chain[symbol], market.bars[symbol], "net_exchange_flow_frac")


def _read_sentiment(market: SimulatedMarket, symbol: str) -> Floats:
    return np.arctanh(_latest(market.sentiment[symbol], market.bars[symbol], "score"))


def _latest(frame: pd.DataFrame, bars: pd.DataFrame, column: str) -> Floats:
    """Most recent event published at the close of every bar; NaN before the first."""
    order = frame.sort_values(["known_time", "event_time"], kind="stable")
    closed = (bars["open_time"] + pd.Timedelta(BAR_MS, "ms").as_unit("ms")).rename("closed")
    latest = pd.merge_asof(closed.to_frame(), order, left_on="closed", right_on="known_time")
    return latest[column].to_numpy(dtype=np.float64)


PLAIN: Final[dict[str, Reader]] = {
    "bars": _read_volume,
    "order_book": _read_order_book,
    "on_chain": _read_flow,
    "sentiment": _read_sentiment,
}
PLANTED: Final[dict[str, Reader]] = PLAIN | {"bars": _read_volume_over_median}


def with_informativeness(dials: SimulatorParams, d_prime: float) -> SimulatorParams:
    """Dials with every channel at the same d'."""
    informativeness = Informativeness(**dict.fromkeys(CHANNELS, d_prime))
    return override_dials(dials, {"informativeness": informativeness.model_dump()})


def read_channels(dials: SimulatorParams, d_prime: float) -> pd.DataFrame:
    """Readings of all channels in the bare and in the whole world, at one setting of the dials."""
    bare_market, full_market = (
        simulate_market(with_informativeness(dials, d_prime), model)
        for model in (BARE_MODEL, MARKET_MODEL)
    )
    parts = []
    for channel in CHANNELS:
        planted, plain = (
            collect_readings(bare_market, PLANTED[channel]),
            collect_readings(full_market, PLAIN[channel]),
        )
        parts += [
            planted[planted["alone"]].assign(reader="planted", channel=channel),
            plain.assign(reader="plain", channel=channel),
        ]
    return pd.concat(parts, ignore_index=True).assign(dial=d_prime, seed=dials.seed)


def distance_of_rows(rows: pd.DataFrame) -> tuple[float, float]:
    """Distance d' and standard error of some rows of `read_channels`."""
    clusters = rows["seed"].to_numpy(np.int64) * 100_000 + rows["day"].to_numpy(np.int64)
    values = rows["value"].to_numpy(dtype=np.float64)
    return measure_distance(values, rows["liquidity"].to_numpy(dtype=np.bool_), clusters)


def table(readings_of_all: pd.DataFrame) -> str:
    """Markdown table, a row a channel and dial."""
    header = "| channel | dial | planted (se) | plain reader (se) | jumps read |"
    return "\n".join([header, "|---|---|---|---|---|", *_rows(readings_of_all)])


def _rows(readings_of_all: pd.DataFrame) -> Iterator[str]:
    for channel in CHANNELS:
        for dial in D_PRIMES:
            rows = readings_of_all[
                (readings_of_all["channel"] == channel) & (readings_of_all["dial"] == dial)
            ]
            planted, plain = (rows[rows["reader"] == name] for name in ("planted", "plain"))
            cells = [
                f"{d:.2f} ({se:.2f})"
                for d, se in (distance_of_rows(planted), distance_of_rows(plain))
            ]
            yield f"| {channel} | {dial:g} | {cells[0]} | {cells[1]} | {len(plain)} |"


def _read_market(market: tuple[SimulatorParams, float]) -> pd.DataFrame:
    return read_channels(*market)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="d' of each channel, planted and attained.")
    parser.add_argument("--seeds", type=int, default=2, help="simulated markets a setting")
    parser.add_argument("--days", type=int, help="length; as in params.yaml where not given")
    parser.add_argument("--jumps-per-day", type=float, help="likewise")
    options = parser.parse_args()
    if options.seeds < 1:
        raise PipelineError("--seeds: expected 1 or more")
    overrides = {"days": options.days, "jumps_per_day": options.jumps_per_day}
    dials = override_dials(
        read_params("ingest").ingest.simulated,
        {k: v for k, v in overrides.items() if v is not None},
    )
    if dials.days <= LEARNING_DAYS:
        raise PipelineError(f"--days: expected more than {LEARNING_DAYS}, found {dials.days}")
    markets = [
        (override_dials(dials, {"seed": FIRST_SEED + i}), d)
        for i in range(options.seeds)
        for d in D_PRIMES
    ]
    readings_of_all = pd.concat(
        map_in_processes(_read_market, markets, "markets"), ignore_index=True
    )
    print(
        f"{options.seeds} markets a setting: {dials.coins} coins, {dials.days} days, "
        f"{dials.jumps_per_day:g} jumps a coin a day"
    )
    print(table(readings_of_all))


if __name__ == "__main__":
    main()
