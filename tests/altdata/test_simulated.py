"""The simulated provider: tables of ingest, their publication times, and what d' is worth."""

from pathlib import Path

import numpy as np
import pytest

from dipmaster.altdata import build_evidence, build_inputs, build_provider, read_values
from dipmaster.altdata.asof import ChannelInput
from dipmaster.core import catalog, store
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.tables import ON_CHAIN, ORDER_BOOK, SENTIMENT
from dipmaster.core.time_units import BAR_MS, MINUTE_MS
from dipmaster.market.simulator import SimulatedMarket, simulate_market
from tests.altdata.conftest import make_candidates
from tests.made.params import read_params

COINS, DAYS = 3, 120


def simulate(d_prime: float) -> SimulatedMarket:
    dials = read_params("ingest").ingest.simulated
    names = ("bars", "order_book", "on_chain", "sentiment")
    informativeness = dials.informativeness.model_copy(update=dict.fromkeys(names, d_prime))
    changes = {"coins": COINS, "days": DAYS, "seed": 303, "informativeness": informativeness}
    return simulate_market(dials.model_copy(update=changes))


@pytest.fixture(scope="module", params=[0.0, 2.4])
def d_prime(request: pytest.FixtureRequest) -> float:
    return float(request.param)


@pytest.fixture(scope="module")
def market(d_prime: float) -> SimulatedMarket:
    return simulate(d_prime)


@pytest.fixture(scope="module")
def project(market: SimulatedMarket, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which ingest has written its tables."""
    folder = tmp_path_factory.mktemp("project")
    for path, table, frames in (
        (catalog.ORDER_BOOK, ORDER_BOOK, market.order_book),
        (catalog.ON_CHAIN, ON_CHAIN, market.on_chain),
        (catalog.SENTIMENT, SENTIMENT, market.sentiment),
    ):
        for symbol, frame in frames.items():
            store.write_table(frame, table, folder / path / f"{symbol}.parquet")
    return folder


def test_values_are_those_of_the_tables(
    project: Path, market: SimulatedMarket, params: AlternativeData
) -> None:
    symbol = market.symbols[0]
    frame = read_values(build_provider(params, project), symbol)
    flows = frame[frame["channel"] == "net_exchange_flow_frac"]
    table = market.on_chain[symbol]
    assert flows["value"].tolist() == table["net_exchange_flow_frac"].tolist()
    assert flows["known_time"].tolist() == table["known_time"].tolist()
    event = to_epoch_ms(table["event_time"]) + BAR_MS  # the end of the bar it happened in
    assert to_epoch_ms(flows["event_time"]).tolist() == event.tolist()
    book = frame[frame["channel"] == "bid_depth_quote"]
    close = to_epoch_ms(market.order_book[symbol]["open_time"]) + BAR_MS
    assert to_epoch_ms(book["known_time"]).tolist() == close.tolist()


def test_delay_moves_every_publication(
    project: Path, market: SimulatedMarket, params: AlternativeData
) -> None:
    symbol = market.symbols[0]
    now = read_values(build_provider(params, project), symbol)
    late = read_values(
        build_provider(params.model_copy(update={"delay_minutes": 45}), project), symbol
    )
    moved_ms = to_epoch_ms(late["known_time"]) - to_epoch_ms(now["known_time"])
    assert (moved_ms == 45 * MINUTE_MS).all()


def test_a_market_of_files_has_no_simulated_channel(
    tmp_path: Path, params: AlternativeData
) -> None:
    provider = build_provider(params, tmp_path)
    assert provider.channels == ()
    assert read_values(provider, "BTCUSDT").empty


def after_jumps(market: SimulatedMarket) -> tuple[list[tuple[str, int]], Bools]:
    """Closes half an hour after jumps, and whether the jump was of liquidity."""
    rows, liquidity = [], []
    for symbol, truth in market.truth.items():
        mark = truth["jump_mark"].to_numpy()
        times = to_epoch_ms(truth["open_time"])
        bars = np.flatnonzero((mark > 0) & (np.arange(mark.size) > 40 * 288))
        bars = bars[bars + 7 < mark.size]
        rows += [(symbol, int(times[bar] + 7 * BAR_MS)) for bar in bars]
        liquidity += [bool(mark[bar] == 1) for bar in bars]
    return rows, np.array(liquidity, dtype=np.bool_)


def measure_distance(values: Floats, liquidity: Bools) -> float:
    """Of liquidity jumps from news, in standard errors."""
    first, second = values[liquidity], values[~liquidity]
    variance = first.var() / first.size + second.var() / second.size
    return float((first.mean() - second.mean()) / np.sqrt(variance))


def test_channels_tell_liquidity_from_news_only_where_d_prime_says_so(
    project: Path, market: SimulatedMarket, params: AlternativeData, d_prime: float
) -> None:
    rows, liquidity = after_jumps(market)
    scores = build_evidence(build_provider(params, project), make_candidates(*rows), params).scores
    for name in ("exchange_flows", "social_media"):
        distance = measure_distance(scores[name].to_numpy(dtype=np.float64), liquidity)
        assert distance > 4.0 if d_prime > 0.0 else abs(distance) < 3.0, (name, distance)


def test_inputs_of_a_model_are_joined_the_same_way(
    project: Path, market: SimulatedMarket, params: AlternativeData
) -> None:
    rows, _ = after_jumps(market)
    made = make_candidates(*rows)
    frame = build_inputs(
        build_provider(params, project), made, [ChannelInput("flow", "net_exchange_flow_frac")]
    )
    table = market.on_chain[rows[0][0]]
    known = to_epoch_ms(table["known_time"])
    published = np.flatnonzero(known <= rows[0][1])  # of them the latest event
    assert frame["flow"][0] == table["net_exchange_flow_frac"][published.max()]
