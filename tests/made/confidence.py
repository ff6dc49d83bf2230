"""Made results of the stage confidence."""

from dataclasses import replace

from dipmaster.results.common import PermutationImportance, Verdict
from dipmaster.results.confidence.calibration import (
    CalibrationGate,
    CalibratorFigures,
    ScoreBin,
    ScoreCounts,
    ScoreDistribution,
    ScoreHistogram,
    ScoreReliability,
)
from dipmaster.results.confidence.record import (
    CandidateCounts,
    ComponentFigures,
    ConfidenceResults,
    Families,
    FamilyFigures,
    InputLeftOut,
    ModelFigures,
    ModelInputs,
    ScoreFold,
    ScoreLevel,
)
from tests.made.common import BOUNDARY, REGIMES, interval

MODELS = ("lgb", "xgb", "ensemble", "weighted_score", "confidence", "reference")
LEVELS: tuple[ScoreLevel, ...] = ("models", "calibrator", "reference")
KINDS = ("beta", "isotonic", "platt")
FEATURES = (
    "dip_depth_12_sigma",
    "own_drop_12_sigma",
    "sigma_daily_frac",
    "volume_ratio",
    "hour_utc",
)
COMPONENTS = (
    "model_agreement",
    "feature_strength",
    "market_regime",
    "historical_performance",
    "volatility_adjustment",
)
GATES: dict[str, Verdict] = {
    "all": "PASS",
    "low": "INCONCLUSIVE",
    "normal": "FAIL",
    "high": "INCONCLUSIVE",
}
TOO_FEW = "too few candidates: 41 of 200 labelled candidates before the last refit"
EDGES = tuple(k / 20 for k in range(21))


def confidence(scored: int = 4400) -> ConfidenceResults:
    """What a score that carries information looks like."""
    shuffled = (*FEATURES, *(f"feature_{k}_frac" for k in range(14)))
    return ConfidenceResults(
        family="classifier",
        calibrator="platt",
        out_of_sample_from=BOUNDARY,
        candidates=CandidateCounts(
            all=6012, labelled=6001, out_of_sample=4502, scored_out_of_sample=scored
        ),
        base_rate=0.553,
        reason="",
        features=ModelInputs(
            used=(*FEATURES, "rsi14"),
            left_out=(InputLeftOut(feature="taker_imbalance", reason="the source has none"),),
        ),
        folds=tuple(
            ScoreFold(
                level=level,
                fitted_at=f"2023-{4 + k:02d}-01T00:00:00Z",
                rows=(2400 if level == "models" else 400) * k,
                candidates=400 * k,
                wins=220 * k,
                reason="",
            )
            for k in range(1, 6)
            for level in LEVELS
        ),
        models={name: model(0.62 - 0.02 * k) for k, name in enumerate(MODELS)},
        families=Families(
            classifier=family(0.612, 0.19, 12.4),
            regression=family(0.588, 0.16, 8.1),
            carried_information="both",
            why="the lower bound of both rank correlations is above 0",
        ),
        reliability=ScoreReliability(
            confidence=reliability(10),
            reference=reliability(10),
            by_regime=dict.fromkeys(REGIMES, reliability(5)),
        ),
        calibration_by_regime={name: calibration_gate(gate) for name, gate in GATES.items()},
        components={
            name: ComponentFigures(mean=0.4 + 0.1 * k, auc=0.48 + 0.02 * k)
            for k, name in enumerate(COMPONENTS)
        },
        importance=tuple(
            PermutationImportance(feature=name, auc_loss=0.03 / (k + 1) - 0.004, auc_loss_sd=0.002)
            for k, name in enumerate(shuffled)
        ),
        distribution=distribution(),
        calibrators_compared=dict.fromkeys(
            KINDS,
            CalibratorFigures(
                brier=0.231, ece=0.031, log_loss=0.655, brier_less_chosen=interval(0.001, 0.002)
            ),
        ),
    )


def model(auc: float | None, n: int = 4400, reason: str = "") -> ModelFigures:
    """Figures of one step; without an AUC there are none."""
    if auc is None:
        none = interval(None, reason=reason)
        return ModelFigures(
            n=0, auc=none, brier=none, brier_skill=none, ece=none, slope=none, intercept=none,
            return_rank_correlation=none,
        )  # fmt: skip
    return ModelFigures(
        n=n,
        auc=interval(auc),
        brier=interval(0.236),
        brier_skill=interval(0.04),
        ece=interval(0.03),
        slope=interval(0.95, 0.2),
        intercept=interval(0.02, 0.1),
        return_rank_correlation=interval(0.18),
    )


def family(auc: float | None, rank: float | None, top_bps: float | None) -> FamilyFigures:
    return FamilyFigures(
        n=0 if auc is None else 4400,
        auc=interval(auc),
        brier_skill=interval(None if auc is None else 0.05),
        return_rank_correlation=interval(rank),
        mean_net_bps_top_decile=interval(top_bps, 9.0),
        mean_net_bps=interval(None if auc is None else -19.3, 3.0),
    )


def calibration_gate(gate: Verdict) -> CalibrationGate:
    return CalibrationGate(
        n=1467,
        brier=0.231,
        brier_interval=interval(0.231),
        ece=interval(0.031),
        slope=interval(0.94, 0.2),
        gate=gate,
        reason="the interval of the slope is wider than 0.8 to 1.2",
    )


def reliability(bins: int) -> tuple[ScoreBin, ...]:
    middles = [0.2 + 0.65 * k / (bins - 1) for k in range(bins)]
    return tuple(
        ScoreBin(
            low=p - 0.03, high=p + 0.03, n=440, mean_p=p, win_rate=p + 0.02,
            win_low=p - 0.04, win_high=p + 0.08,
        )
        for p in middles
    )  # fmt: skip


def distribution(each: int = 0, none: int = 0) -> ScoreDistribution:
    one = ScoreCounts(counts=(each,) * 20, none=none)
    return ScoreDistribution(
        confidence=ScoreHistogram(
            edges=EDGES, low=one, normal=one, high=one, not_known=one, all=one
        )
    )


def no_score(reason: str = TOO_FEW) -> ConfidenceResults:
    """Too few candidates: everything is None and the reason is given."""
    none = interval(None, reason=reason)
    return replace(
        confidence(0),
        base_rate=None,
        reason=reason,
        folds=(
            ScoreFold(
                level="models", fitted_at="2023-03-02T00:00:00Z", rows=41, candidates=41,
                wins=20, reason=reason,
            ),
        ),
        models=dict.fromkeys(MODELS, model(None, reason=reason)),
        families=Families(
            classifier=family(None, None, None),
            regression=family(None, None, None),
            carried_information="neither",
            why=reason,
        ),
        reliability=ScoreReliability(
            confidence=(), reference=(), by_regime=dict.fromkeys(REGIMES, ())
        ),
        calibration_by_regime=dict.fromkeys(
            GATES,
            CalibrationGate(
                n=0, brier=None, brier_interval=none, ece=none, slope=none, gate="INCONCLUSIVE",
                reason=reason,
            ),
        ),
        components=dict.fromkeys(COMPONENTS, ComponentFigures(mean=None, auc=None)),
        importance=(),
        distribution=distribution(none=1500),
        calibrators_compared=dict.fromkeys(
            KINDS, CalibratorFigures(brier=None, ece=None, log_loss=None, brier_less_chosen=None)
        ),
    )  # fmt: skip
