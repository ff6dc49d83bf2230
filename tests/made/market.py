"""Made results of the stages ingest and features."""

from dipmaster.results.common import RawSelection
from dipmaster.results.features import FeatureLeftOut, FeatureResults
from dipmaster.results.ingest import (
    FileSummary,
    Gap,
    Gaps,
    IgnoredFiles,
    IngestResults,
    LargestJump,
    MarketQuality,
    Outliers,
    SymbolQuality,
)
from tests.made.common import COINS, FIRST, LAST

BARS = 210_240


def ingest(coins: tuple[str, ...] = COINS, gap_bars: int = 0) -> IngestResults:
    """Simulated bars; with `gap_bars` every coin has one gap of that length."""
    coin = symbol_quality(gap_bars)
    market = MarketQuality(
        source="simulated",
        first_open_time=FIRST,
        last_open_time=LAST,
        days=730.0,
        symbols=len(coins),
        bars=BARS * len(coins),
        coverage_frac=coin.coverage_frac,
        gaps_in_all_symbols=coin.gaps,
    )
    return IngestResults(market=market, symbols=dict.fromkeys(coins, coin))


def gaps(bars: int) -> Gaps:
    one = Gap(from_="2023-03-24T11:30:00Z", to="2023-03-24T13:55:00Z", bars=bars)
    there = (one,) * bool(bars)
    return Gaps(count=len(there), missing_bars=bars, longest_bars=bars, longest=there)


def symbol_quality(gap_bars: int = 0) -> SymbolQuality:
    return SymbolQuality(
        first_open_time=FIRST,
        last_open_time=LAST,
        bars=BARS,
        expected_bars=BARS + gap_bars,
        coverage_frac=BARS / (BARS + gap_bars),
        columns=("volume",),
        gaps=gaps(gap_bars),
        off_grid=0,
        duplicates=0,
        ohlc_violations=0,
        zero_volume_bars=12,
        outliers=Outliers(
            count=31,
            robust_sigma_frac=0.001,
            largest_sigmas=-41.0,
            largest_at="2023-05-01T00:00:00Z",
        ),
        largest_jump=LargestJump(
            factor=1.01,
            from_="2023-05-01T00:00:00Z",
            to="2023-05-01T00:05:00Z",
            from_price=10.0,
            to_price=10.1,
        ),
        dropped_rows={},
        incomplete_windows=0,
        trimmed_bars=0,
        left_out_columns=(),
    )


def files() -> FileSummary:
    """What a folder of raw files gave; belongs to a market of source "raw"."""
    return FileSummary(
        read=3,
        rows_read=3 * BARS,
        intervals=("5m",),
        ignored=1,
        ignored_by_reason={"no bars": IgnoredFiles(count=1, files=("notes.txt",))},
        dropped_rows={"ADAUSDT-5m.csv": {"high below low": 2}},
        funding=(),
        selection=RawSelection(
            set="spot", sets_read=("spot",), symbols=None, start="2023-01-01", end=None
        ),
    )


def features(coins: tuple[str, ...] = COINS) -> FeatureResults:
    return FeatureResults(
        rows=BARS * len(coins),
        columns=("rsi14", "dip_z"),
        left_out={
            "taker_imbalance": FeatureLeftOut(reason="the source has none", symbols=coins[:1])
        },
        candidates=6012,
        candidates_per_coin_day=6012 / 730 / len(coins),
        candidates_by_symbol=dict.fromkeys(coins, 6012 // len(coins)),
        missing_frac={"rsi14": 6.7e-5, "dip_z": 7.1e-4},
        first_usable_time=dict.fromkeys(coins, "2023-01-01T15:05:00Z"),
    )
