"""Made results that the phase with the filter alone has: funnel and signal quality."""

from dataclasses import replace

from dipmaster.results.evaluation.funnel import (
    CheckAlone,
    ConfirmationSign,
    Funnel,
    FunnelStep,
    RegimeAdmission,
    StepAlone,
)
from dipmaster.results.evaluation.signal_quality import (
    Consistency,
    FoldPrecision,
    Heterogeneity,
    McNemar,
    PairedChange,
    PairedChanges,
    PlantedRecall,
    RegimeWinRate,
    SignalQuality,
)
from tests.made.common import REGIMES, around, sample

STEPS = ("candidates", "scored", "threshold", "checks", "volatility", "confirmation", "traded")
SHARES = (0.553, 0.554, 0.82, 0.82, 0.823, 0.838, 0.842)
COUNTS = (4502, 4400, 210, 204, 203, 180, 171)
SIGNS = (("5m", "rsi_dip"), ("15m", "trend_strength"), ("1h", "sma50_rising"))


def funnel(counts: tuple[int, ...] = COUNTS) -> Funnel:
    """So many candidates left after each step; the last checks decide something."""
    steps = tuple(funnel_step(*one) for one in zip(STEPS, counts, SHARES, strict=True))
    of = counts[0]
    return Funnel(
        out_of_sample=steps,
        whole=tuple(replace(one, left=one.left + 9) for one in steps),
        alone=tuple(
            StepAlone(
                step=name, passes=of // 2, of=of, precision=0.6 if of else None,
                precision_of_rest=0.51 if of else None, recall=0.55 if of else None,
            )
            for name in ("threshold", "checks", "volatility", "confirmation")
        ),
        checks=(
            check("volume", of, of, True, "the rule asks for a volume spike on the bar itself"),
            check("rsi", of, of, True, "the rule asks for RSI14 of at most 50"),
            CheckAlone(
                check="news", applicable=False, implied=False,
                why="the market has no source of news", passes=None, of=None, precision=None,
                precision_of_rest=None, recall=None,
            ),
            check("liquidity", of // 2, of, False, ""),
        ),
        signs=tuple(
            ConfirmationSign(
                frame=frame, sign=sign, mean=0.7, passes=of // 2, of=of, precision=0.6,
                precision_of_rest=0.51, recall=0.55,
            )
            for frame, sign in SIGNS
        ),
        by_regime=tuple(
            RegimeAdmission(
                regime=name, threshold=limit, candidates=1500, scored=1467, reached=70,
                admitted=57, win_rate=0.84, mean_p=0.83,
            )
            for name, limit in zip(REGIMES, (0.75, 0.80, 0.90), strict=True)
        ),
    )  # fmt: skip


def funnel_step(name: str, left: int, share: float) -> FunnelStep:
    known = left > 0
    precision, low, high = around(share if known else None, 0.05)
    return FunnelStep(
        step=name,
        on=True,
        left=left,
        labelled=left,
        wins=round(left * share),
        precision=precision,
        low=low,
        high=high,
        reason="" if known else "no candidate is left",
        mean_net_bps=-19.0 + 90 * (share - 0.55) if known else None,
    )


def check(name: str, passes: int, of: int, implied: bool, why: str) -> CheckAlone:
    return CheckAlone(
        check=name, applicable=True, implied=implied, why=why, passes=passes, of=of,
        precision=0.553, precision_of_rest=None if implied else 0.54, recall=passes / max(of, 1),
    )  # fmt: skip


def empty_funnel(counts: tuple[int, ...]) -> Funnel:
    """Nobody reached the threshold."""
    base = funnel(counts)
    return replace(
        base,
        by_regime=tuple(
            replace(
                row, candidates=counts[0] // 3, scored=counts[1] // 3, reached=0, admitted=0,
                win_rate=None, mean_p=None,
            )
            for row in base.by_regime
        ),
    )  # fmt: skip


def signal_quality() -> SignalQuality:
    planted = sample(0.21, 0.04, 640)
    return SignalQuality(
        unit="candidates",
        base_precision=0.553,
        precision=sample(0.842, 0.06),
        recall=sample(0.058, 0.01, 2490),
        f1=sample(0.108, 0.02, 2517),
        false_positive_rate=sample(0.0134, 0.004, 2012),
        n_candidates=4502,
        n_unlabelled=0,
        n_positive=2490,
        blocks_with_positives=18,
        n_traded=171,
        removed_frac=1 - 171 / 4502,
        consistency=Consistency(
            value=0.91,
            raw=0.89,
            low=0.71,
            high=1.0,
            reason="",
            before=0.93,
            before_raw=0.92,
            folds=tuple(
                FoldPrecision(fold=f"2023-{7 + k:02d}", n=34, precision=0.82 + 0.01 * k)
                for k in range(5)
            ),
        ),
        paired=PairedChanges(
            precision_change=paired(0.289, 0.06, 0.52),
            recall_change=paired(-0.942, 0.01, -0.942),
            f1_change=paired(-0.604, 0.02, -0.85),
            trades_change=paired(-0.961, 0.01, -0.961),
        ),
        mcnemar=McNemar(b=1969, c=2346, p=0.0001, reason=""),
        planted_recall=PlantedRecall(
            value=planted.value, low=planted.low, high=planted.high, n=planted.n, reason="",
            by_candidates=0.8, within_bars=2,
        ),
        win_rate_by_regime=tuple(
            RegimeWinRate(regime=name, n=57, win_rate=0.83, low=0.74, high=0.91, reason="")
            for name in REGIMES
        ),
        heterogeneity=Heterogeneity(
            chi2=1.4, df=2, p=0.497, alpha=0.025, verdict="NO DIFFERENCE FOUND", reason=""
        ),
        traded_mean_p=0.835,
        traded_win_rate=0.842,
    )  # fmt: skip


def paired(value: float | None, half: float, relative: float | None) -> PairedChange:
    middle, low, high = around(value, half)
    return PairedChange(
        value=middle, low=low, high=high, n=0 if value is None else 171, reason="",
        relative_frac=relative,
    )  # fmt: skip


def no_signal_quality(reason: str, candidates: int = 4502) -> SignalQuality:
    """Nothing was traded."""
    nothing, unchanged = sample(None, reason=reason), paired(None, 0.0, None)
    return replace(
        signal_quality(),
        base_precision=0.553 if candidates else None,
        precision=nothing,
        recall=nothing,
        f1=nothing,
        false_positive_rate=nothing,
        n_candidates=candidates,
        n_positive=round(0.553 * candidates),
        blocks_with_positives=18 if candidates else 0,
        n_traded=0,
        removed_frac=1.0 if candidates else None,
        consistency=Consistency(
            value=None, raw=None, low=None, high=None, reason=reason, before=None,
            before_raw=None, folds=(),
        ),
        paired=PairedChanges(
            precision_change=unchanged, recall_change=unchanged, f1_change=unchanged,
            trades_change=unchanged,
        ),
        mcnemar=McNemar(b=0, c=0, p=None, reason="nothing was filtered out"),
        planted_recall=None,
        win_rate_by_regime=(),
        heterogeneity=Heterogeneity(
            chi2=None, df=None, p=None, alpha=0.025, verdict=None, reason=reason
        ),
        traded_mean_p=None,
        traded_win_rate=None,
    )  # fmt: skip
