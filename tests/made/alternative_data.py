"""Made results of the stage alt-data, and what the phase with alternative data alone has."""

from dataclasses import replace

from dipmaster.results.altdata import (
    AlternativeDataRecord,
    AlternativeDataResults,
    AnalyzerCoverage,
    ChannelCoverage,
    EvidenceFold,
    FeedPermutation,
    InformationCoefficient,
    ScoreComparison,
)
from dipmaster.results.common import Credit
from dipmaster.results.evaluation.alternative_data import (
    AlternativeDataFigures,
    FeedTrades,
    MovedTrades,
    WinRateCeiling,
)
from tests.made.common import interval, sample

FEEDS = ("order_book", "on_chain", "sentiment")
CREDITED = Credit(
    verdict="credited",
    reason="the mean log loss is lower with evidence: reduction 0.00130 (confidence interval "
    "-0.00180 to 0.00440) over 6,243 candidates; permutation test p = 0.010, met at 0.025",
)
NO_DATA = Credit(verdict="insufficient data", reason="no data: no source has a channel")


def record() -> AlternativeDataRecord:
    """6243 candidates with evidence of three feeds, credited."""
    return AlternativeDataRecord(
        data=coverage(),
        candidates=8200,
        scored=7100,
        inputs={
            "order_book": ("imbalance_ratio", "imbalance_step_at_fall"),
            "on_chain": ("net_flow_z", "net_flow_1h_z", "net_flow_3h_z", "net_flow_rise_z"),
            "sentiment": ("mood", "mood_rise"),
        },
        folds=(
            fold("evidence"),
            EvidenceFold(
                layer="calibrator", fitted_at="2023-03-02T00:00:00Z", rows=0, wins=0,
                reason="too few candidates with evidence: 0 with a known label, 200 needed",
            ),
            fold("calibrator"),
        ),
        comparison=ScoreComparison(
            n=6243,
            blocks=18,
            log_loss_phase_1=interval(0.6485, 0.0105),
            log_loss=interval(0.6473, 0.0104),
            improvement=interval(0.0013, 0.0031),
            auc_phase_1=interval(0.661, 0.025),
            auc=interval(0.662, 0.026),
            slope=interval(1.08, 0.16),
        ),
        permutations=tuple(
            FeedPermutation(
                feed=feed, candidates=6243, permutations=39, loss_rise=rise, p_value=0.025
            )
            for feed, rise in zip((*FEEDS, "all"), (0.0023, 0.0015, 0.0006, 0.0065), strict=True)
        ),
        information=tuple(
            InformationCoefficient(
                input="net_flow_z", feed="on_chain", lag_minutes=lag, n=6243,
                coefficient=interval(value, 0.03),
            )
            for lag, value in ((0, -0.074), (60, -0.069), (180, 0.002), (720, 0.003))
        ),
        credit=CREDITED,
    )  # fmt: skip


def no_data() -> AlternativeDataRecord:
    """A source without a channel."""
    nothing = AnalyzerCoverage(
        status="no data", candidates=8200, with_data=0, mean_coverage_frac=0.0, mean_width=None,
        components={"imbalance": 0.0},
    )  # fmt: skip
    empty = AlternativeDataResults(
        provider="none",
        status="no data",
        channels=(),
        analyzers=dict.fromkeys(("on_chain", "sentiment", "microstructure"), nothing),
        cleaning={},
    )
    return replace(
        record(), data=empty, scored=0, inputs=dict.fromkeys(FEEDS, ()), folds=(),
        comparison=None, permutations=(), information=(), credit=NO_DATA,
    )  # fmt: skip


def coverage() -> AlternativeDataResults:
    """One channel, published half an hour late."""
    partial = AnalyzerCoverage(
        status="partial", candidates=8200, with_data=8100, mean_coverage_frac=0.5, mean_width=0.5,
        components={"exchange_flows": 0.99, "holder_distribution": 0.0},
    )  # fmt: skip
    flows = ChannelCoverage(
        channel="net_exchange_flow_frac", unit="of daily volume", publication_lag_minutes=30,
        staleness_minutes=180, symbols=10, values=2_100_000, first_event="2023-01-01T00:05:00Z",
        last_event="2024-12-31T00:00:00Z", longest_gap_hours=0.083, candidates=8200,
        published=8190, fresh=8190, coverage_frac=0.999, median_lag_minutes=44.0,
        median_age_minutes=47.0,
    )  # fmt: skip
    return AlternativeDataResults(
        provider="simulated",
        status="partial",
        channels=(flows,),
        analyzers=dict.fromkeys(("on_chain", "sentiment", "microstructure"), partial),
        cleaning={},
    )


def fold(layer: str) -> EvidenceFold:
    """Of a fit that took place."""
    return EvidenceFold(
        layer="evidence" if layer == "evidence" else "calibrator",
        fitted_at="2023-07-01T00:00:00Z",
        rows=1830,
        wins=1010,
        reason="",
    )


def alternative_data() -> AlternativeDataFigures:
    """Evidence nearly doubles the number of trades."""
    return AlternativeDataFigures(
        status="partial",
        credit=CREDITED,
        candidates=6250,
        with_evidence=6243,
        admitted_before=170,
        admitted=310,
        kept=moved(130, 99, 21.0),
        gained=moved(172, 133, 24.5),
        lost=moved(34, 25, 11.0),
        by_feed={
            "order_book": FeedTrades(gained=moved(80, 62, 25.0), lost=moved(14, 10, 9.0)),
            "on_chain": FeedTrades(gained=moved(70, 54, 24.0), lost=moved(15, 11, 12.0)),
            "sentiment": FeedTrades(gained=moved(22, 17, 23.0), lost=moved(5, 4, 13.0)),
        },
        ceiling=WinRateCeiling(
            target=0.85,
            reach="out of reach",
            mean_confidence=0.83,
            planted=sample(0.77, 0.06, 240),
        ),
    )


def without_data() -> AlternativeDataFigures:
    """Phase 3 once more, on bars of an unknown truth."""
    nothing = moved(0, 0, None)
    return replace(
        alternative_data(),
        status="no data", credit=NO_DATA, with_evidence=0, admitted=170,
        kept=moved(168, 129, 20.0), gained=nothing, lost=nothing,
        by_feed=dict.fromkeys(FEEDS, FeedTrades(gained=nothing, lost=nothing)),
        ceiling=WinRateCeiling(
            target=0.85, reach="not known", mean_confidence=None, planted=None
        ),
    )  # fmt: skip


def moved(n: int, wins: int, mean_net_bps: float | None) -> MovedTrades:
    """Trades that one phase made."""
    return MovedTrades(n=n, wins=wins, mean_net_bps=mean_net_bps)
