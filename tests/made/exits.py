"""Made results of the stage exits."""

from dataclasses import replace
from typing import Literal

from dipmaster.core.tables.exits import PRICE_LEVEL_FEATURES, ROADMAP_FEATURES
from dipmaster.results.common import PermutationImportance
from dipmaster.results.exits.models import ClassifierHead, ExitHeads, TimingHead
from dipmaster.results.exits.probability import (
    ExitBin,
    ExitHistogram,
    ExitProbability,
    GainStep,
    ProbabilityByAge,
)
from dipmaster.results.exits.record import (
    ExitModelInputs,
    ExitModelResults,
    PositionCounts,
    RowCounts,
)
from dipmaster.results.exits.refits import ExitActing, ExitLicence, ExitModelFold
from tests.made.common import BOUNDARY, interval

Level = Literal["exit_models", "calibrator"]
TOO_FEW = "profit: too few positions: 82 of 200 before the last refit"
EDGES = tuple(k / 20 for k in range(21))
COUNTS = (0, 0, 1, 40, 900, 6100, 14_000, 20_200, 22_000, 15_100, 8100, 3400, 1240, 120, 3)
QUANTILES = {"p01": 0.24, "p10": 0.33, "p50": 0.44, "p90": 0.55, "p99": 0.63, "max": 0.712}
COEFFICIENTS = {
    "ln_p_profit": 0.21,
    "minus_ln_1_minus_p_profit": 0.14,
    "timing_over_max_holding": -0.05,
    "log_odds_p_risk": 0.02,
}


def exit_models() -> ExitModelResults:
    """What models that carry information, and hardly ever reach .8, look like."""
    return ExitModelResults(
        reason="",
        out_of_sample_from=BOUNDARY,
        positions=PositionCounts(all=6012, opened=6010, out_of_sample=4502),
        rows=RowCounts(
            all=204_340,
            labelled=120_400,
            out_of_sample=91_204,
            scored_out_of_sample=91_204,
            evaluated=45_602,
        ),
        features=ExitModelInputs(roadmap=ROADMAP_FEATURES, price_levels=PRICE_LEVEL_FEATURES),
        folds=(
            fold("exit_models", "2023-04-01", 1200, 24_000),
            replace(fold("exit_models", "2024-10-01", 5400, 108_000), subsampled_to=54_000),
            fold("calibrator", "2023-07-01", 900, 18_000),
        ),
        exit_models=ExitHeads(
            profit=head(0.471, 0.583),
            risk=head(0.203, 0.702),
            timing=TimingHead(
                mean_bars=14.2,
                rank_correlation=interval(0.31),
                mae_bars=interval(9.1, 0.2),
                naive_mae_bars=interval(9.9, 0.2),
            ),
        ),
        exit_probability=ExitProbability(
            base_rate=0.471,
            auc=interval(0.589, 0.011),
            brier=interval(0.243, 0.004),
            brier_skill=interval(0.024, 0.006),
            ece=interval(0.011, 0.004),
            slope=interval(0.96, 0.12),
            intercept=interval(-0.02, 0.05),
            n_rows=45_602,
            n_positions=4502,
        ),
        reliability=reliability(),
        distribution=ExitHistogram(
            edges=EDGES, counts=(*COUNTS, 0, 0, 0, 0, 0), quantiles=QUANTILES
        ),
        by_bars_held=tuple(
            ProbabilityByAge(
                bars_held=k, n=4400 - 60 * k, mean_p=0.44 + 0.002 * k, p90=0.55 + 0.003 * k
            )
            for k in range(35)
        ),
        gain_by_score=tuple(gain_step(k) for k in range(10)),
        importance=tuple(
            PermutationImportance(feature=name, auc_loss=0.03 / (k + 1) - 0.003, auc_loss_sd=0.001)
            for k, name in enumerate(ROADMAP_FEATURES + PRICE_LEVEL_FEATURES)
        ),
        calibrator=COEFFICIENTS,
        licences=(
            licence("2023-04-01", 3.1, 0.8),
            licence("2023-07-01", 0.4, -1.2, "no significant gain of selling on held-out rows"),
        ),
        acting=ExitActing(positions=900, sold=61, earned_bps=interval(1.4, 1.1)),
        acting_unlicensed=ExitActing(positions=3602, sold=88, earned_bps=interval(-0.9, 1.6)),
    )


def licence(
    day: str, earned_bps: float | None, low_bps: float | None, reason: str = ""
) -> ExitLicence:
    """Granted without a reason; None: nothing was left out."""
    known = earned_bps is not None
    return ExitLicence(
        fitted_at=f"{day}T00:00:00Z",
        rows=18_000 if known else 0,
        positions=900 if known else 0,
        sold=74 if known else 0,
        blocks=9 if known else 0,
        earned_bps=earned_bps,
        low_bps=low_bps,
        licensed=not reason,
        reason=reason,
    )


def fold(level: Level, day: str, positions: int, rows: int, reason: str = "") -> ExitModelFold:
    return ExitModelFold(
        layer=level,
        fitted_at=f"{day}T00:00:00Z",
        positions=positions,
        rows=rows,
        subsampled_to=rows,
        reason=reason,
    )


def head(base_rate: float | None, auc: float | None, reason: str = "") -> ClassifierHead:
    """Figures of a classifier; without an AUC there are none."""
    known = auc is not None
    return ClassifierHead(
        base_rate=base_rate,
        auc=interval(auc, 0.011, reason),
        brier=interval(0.243 if known else None, 0.004, reason),
        brier_skill=interval(0.024 if known else None, 0.006, reason),
    )


def reliability() -> tuple[ExitBin, ...]:
    return tuple(
        ExitBin(
            low=p - 0.02, high=p + 0.02, n=4560, mean_p=p, rate=p + 0.01,
            rate_low=p - 0.03, rate_high=p + 0.05,
        )
        for p in (0.3 + 0.33 * k / 9 for k in range(10))
    )  # fmt: skip


def gain_step(k: int) -> GainStep:
    """Equal steps; nothing is ever said below .1 or above .8."""
    known = 0 < k < 8
    value = -14.0 + 3.0 * k
    return GainStep(
        low=k / 10,
        high=(k + 1) / 10,
        n=9000 if known else 0,
        mean_p=0.05 + k / 10 if known else None,
        mean_gain_bps=value if known else None,
        gain_low=value - 4.0 if known else None,
        gain_high=value + 4.0 if known else None,
    )


def no_models(reason: str = TOO_FEW) -> ExitModelResults:
    """Too few candidates: nothing was fitted, everything is None and the reason is given."""
    base, none = exit_models(), interval(None, reason=reason)
    return replace(
        base,
        reason=reason,
        rows=replace(base.rows, scored_out_of_sample=0, evaluated=0),
        folds=(fold("exit_models", "2023-04-01", 82, 1600, reason),),
        exit_models=ExitHeads(
            profit=head(None, None, reason),
            risk=head(None, None, reason),
            timing=TimingHead(
                mean_bars=None, rank_correlation=none, mae_bars=none, naive_mae_bars=none
            ),
        ),
        exit_probability=ExitProbability(
            base_rate=None, auc=none, brier=none, brier_skill=none, ece=none, slope=none,
            intercept=none, n_rows=0, n_positions=0,
        ),
        reliability=(),
        distribution=ExitHistogram(
            edges=EDGES, counts=(0,) * 20, quantiles=dict.fromkeys(QUANTILES)
        ),
        by_bars_held=(),
        gain_by_score=(),
        importance=(),
        calibrator={},
        licences=(licence("2023-04-01", None, None, reason),),
        acting=ExitActing(positions=0, sold=0, earned_bps=none),
        acting_unlicensed=ExitActing(positions=0, sold=0, earned_bps=none),
    )  # fmt: skip
