"""Phases 1 and 2 on random bars, with exit models that are a formula of two features."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import yaml

from dipmaster.backtest.entries import panel_indices
from dipmaster.core.panel import Panel, format_time, to_epoch_ms, to_timestamps
from dipmaster.core.params import AdaptiveExits, Execution, Gates
from dipmaster.core.tables import CANDIDATES, EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.run import complete_phases
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.exits import (
    ExitMarket,
    ExitRows,
    build_exit_rows,
    build_plans_table,
    build_positions,
    compute_targets,
    simulate_hold,
)
from dipmaster.exits.market import MARKET_COLUMNS
from dipmaster.results.exits.refits import ExitLicence, ExitModelFold
from tests.made.confidence import confidence

BARS, ROWS = 60 * 288, 400
SYMBOLS = ("AUSDT", "BUSDT")
FIT_DAY, UNLICENSED_DAY = 6, 54  # both fits; the second has no licence
FITS = FIT_DAY, UNLICENSED_DAY
PNL, TREND = (EXIT_FEATURES.index(name) for name in ("current_pnl_frac", "volume_trend_10m"))


@dataclass(frozen=True)
class Formula:
    """Stands for StoredModels: scores from the day of the first fit on, else none."""

    first_ms: int
    scale: float = 900.0

    def score(self, rows: ExitRows, signal_ms: np.ndarray, max_holding_bars: int) -> np.ndarray:
        wave = np.sin(self.scale * rows.features[:, PNL] + 3.0 * rows.features[:, TREND])
        said = 0.02 + 0.96 * (0.5 + 0.5 * wave) ** 20  # above .8 at one bar in seventeen
        known = signal_ms[rows.position] + BAR_MS >= self.first_ms + FIT_DAY * DAY_MS
        return np.where(known, said.astype(np.float64), np.nan)

    def licensed(self, signal_ms: np.ndarray) -> np.ndarray:
        day = (signal_ms + BAR_MS - self.first_ms) / DAY_MS
        return (day >= FIT_DAY) & (day < UNLICENSED_DAY)


@dataclass(frozen=True)
class World:
    """One market, its candidates and what the stages before made of them."""

    market: ExitMarket
    candidates: pd.DataFrame
    scores: pd.DataFrame
    filter_results: pd.DataFrame
    period: Period
    execution: Execution
    gates: Gates

    @property
    def panel(self) -> Panel:
        return self.market.panel

    def context(self, exits: AdaptiveExits) -> EvaluationContext:
        """As evaluation would have it, with admissions made by hand."""
        covariates = MatchingCovariates(
            np.zeros((2, BARS), np.int8), np.tile(np.arange(BARS) % 37 / 1e3, (2, 1))
        )
        inputs = EvaluationInputs(
            self.panel, covariates, self.candidates, self.scores, pd.DataFrame(), frozenset(),
            None, replace(confidence(), reason=""), None,
        )  # fmt: skip
        params: Any = SimpleNamespace(execution=self.execution, exits=exits, gates=self.gates)
        return EvaluationContext(inputs, params, self.period, self.filter_results)

    def completed(
        self, exits: AdaptiveExits, inputs: ExitInputs | None = None
    ) -> tuple[CompletedPhase, ...]:
        """Phases 0, 1 and 2 traded."""
        phases = BaselinePhase(), SelectionPhase(), ExitsPhase(inputs or self.inputs(exits))
        return complete_phases(self.context(exits), phases)

    def first(self, exits: AdaptiveExits) -> CompletedPhase:
        """Phase 1."""
        return complete_phases(self.context(exits), (BaselinePhase(), SelectionPhase()))[1]

    def inputs(self, exits: AdaptiveExits) -> ExitInputs:
        """What the exits stage would write, scored by the formula."""
        signal_ms, places = to_epoch_ms(self.candidates["open_time"]), self.places
        confidence = self.filter_results["confidence"].to_numpy(np.float64)
        regime = self.scores["regime"].to_numpy(np.int8)
        targets = compute_targets(self.market, *places, confidence, signal_ms, regime, exits)
        positions = build_positions(*places, targets.target_frac, exits)
        paths = simulate_hold(self.market, positions, self.execution, exits)
        plans = build_plans_table(self.candidates, self.market, positions, targets, paths)
        rows = build_exit_rows(self.market, positions, self.execution, exits)
        models: Any = Formula(self.period.first_ms)
        return ExitInputs(
            self.market, plans, self.frame(rows, models, signal_ms, exits), lambda: models,
            [self.fold(level, day) for level in ("exit_models", "calibrator") for day in FITS],
            (self.licence(FIT_DAY, 1.5), self.licence(UNLICENSED_DAY, -0.5)),
            exits.max_holding_bars,
        )  # fmt: skip

    @property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Of the candidates."""
        return panel_indices(self.candidates, self.panel)

    def frame(
        self, rows: ExitRows, models: Any, signal_ms: np.ndarray, exits: AdaptiveExits
    ) -> pd.DataFrame:
        """The columns of table EXIT_ROWS that validation reads."""
        score = models.score(rows, signal_ms, exits.max_holding_bars)
        scored, decided = np.isfinite(score), signal_ms[rows.position] + BAR_MS
        last = np.where(decided >= self.day_ms(UNLICENSED_DAY), UNLICENSED_DAY, FIT_DAY)
        fitted = to_timestamps(self.period.first_ms + last * DAY_MS).where(scored)
        licensed = models.licensed(signal_ms)[rows.position]
        return pd.DataFrame(
            {
                "candidate_id": rows.position,
                "open_time": to_timestamps(self.panel.open_time[rows.bar]),
                "bars_held": rows.held.astype(np.int32),
                **{name: rows.features[:, at] for at, name in enumerate(EXIT_FEATURES)},
                "exit_probability": score,
                "licensed": np.where(scored, licensed, -1).astype(np.int8),
                "models_fitted": fitted,
                "calibrator_fitted": fitted,
            }
        )

    def day_ms(self, day: int) -> int:
        """Midnight of a day."""
        return self.period.first_ms + day * DAY_MS

    def fold(self, level: Any, day: int, reason: str = "") -> ExitModelFold:
        """A fit as exits.json has it."""
        return ExitModelFold(
            layer=level,
            fitted_at=self.time(day),
            positions=5,
            rows=5,
            subsampled_to=5,
            reason=reason,
        )

    def licence(self, day: int, low_bps: float) -> ExitLicence:
        """A licence as exits.json has it, granted where the bound lies above 0."""
        granted = low_bps > 0.0
        return ExitLicence(
            fitted_at=self.time(day), rows=900, positions=60, sold=40, blocks=8, earned_bps=3.0,
            low_bps=low_bps, licensed=granted, reason="" if granted else "nothing to earn",
        )  # fmt: skip

    def time(self, day: int) -> str:
        """Midnight of a day as outputs write it."""
        return format_time(self.day_ms(day))

    def second(self, exits: AdaptiveExits, inputs: ExitInputs | None = None) -> CompletedPhase:
        """Phase 2."""
        return self.completed(exits, inputs)[2]

    def later(self, bar: int, seed: int = 3) -> "World":
        """Another market after a bar: prices and columns."""
        rng = np.random.default_rng(seed)
        shape = (len(SYMBOLS), BARS - bar - 1)
        noise = np.exp(0.3 * rng.standard_normal(shape))
        prices = {name: getattr(self.panel, name).copy() for name in PRICES}
        for values in prices.values():
            values[:, bar + 1 :] *= noise
        columns = {name: values.copy() for name, values in self.market.columns.items()}
        for name, values in columns.items():
            if name != "regime":
                values[:, bar + 1 :] = np.abs(values[:, bar + 1 :]) * rng.lognormal(size=shape)
        panel = replace(self.panel, **prices)
        return replace(self, market=ExitMarket(panel, columns))


PRICES = ("open", "high", "low", "close")


def world_of(period: Period, execution: Execution, gates: Gates) -> World:
    """Two coins that fire on the same bar, every 80 bars, in 60 days of random bars."""
    rng = np.random.default_rng(17)
    shape = (len(SYMBOLS), BARS)
    close = 100 * np.exp(np.cumsum(0.002 * rng.standard_normal(shape), axis=1))
    opened = np.concatenate([np.full((2, 1), 100.0), close[:, :-1]], axis=1)
    high, low = np.maximum(opened, close) * 1.0005, np.minimum(opened, close) / 1.0005
    opened[:, 5000:5030], close[:, 5000:5030] = np.nan, np.nan  # a hole
    high[:, 5000:5030], low[:, 5000:5030] = np.nan, np.nan
    time = period.first_ms + BAR_MS * np.arange(BARS, dtype=np.int64)
    ones = np.ones(shape)
    panel = Panel(SYMBOLS, time, opened, high, low, close, ones, ones)
    columns = {name: rng.uniform(0.0, 0.06, shape) for name in MARKET_COLUMNS}
    columns |= {"regime": rng.integers(-1, 3, shape).astype(np.float64)}
    columns |= {"market_momentum_sigmas": np.tile(rng.normal(size=BARS), (2, 1))}
    columns |= {"volume_trend_10m": rng.uniform(-1.0, 1.0, shape)}
    market = ExitMarket(panel, columns)
    candidates = _candidates(panel)
    places = panel_indices(candidates, panel)
    regime = columns["regime"][places].astype(np.int8)
    confidence = rng.random(ROWS)
    confidence[:50] = np.nan
    known = (confidence >= 0.3).astype(np.int8)
    ids = {"candidate_id": np.arange(ROWS)}
    filter_results = pd.DataFrame(
        {**ids, "confidence": confidence, "passes_threshold": known, "admitted": known}
    )
    scores = pd.DataFrame({**ids, "regime": regime})
    return World(market, candidates, scores, filter_results, period, execution, gates)


def _candidates(panel: Panel) -> pd.DataFrame:
    bars = np.repeat(60 + 80 * np.arange(ROWS // 2), 2)
    frame = pd.DataFrame(
        {
            "candidate_id": np.arange(ROWS),
            "symbol": np.tile(SYMBOLS, ROWS // 2),
            "open_time": to_timestamps(panel.open_time[bars]),
            "dip_z": 1.0,
            "sigma_1h_frac": 0.01,
            "volatility_class": np.int8(0),
        }
    )
    return CANDIDATES.check(frame, "candidates")


def changed(exits: AdaptiveExits, **changes: Any) -> AdaptiveExits:
    """Other values of the section, ``__`` between the levels."""
    values = yaml.safe_load(yaml.safe_dump(exits.model_dump()))
    for path, value in changes.items():
        *places, last = path.split("__")
        place = values
        for name in places:
            place = place[name]
        place[last] = value
    return AdaptiveExits.model_validate(values)


ALL_OFF = {
    "dynamic_target__enabled": False,
    "trailing__enabled": False,
    "decision__full": False,
    "decision__partial": False,
    "quarter_hour_exit_from_phase_2": True,
}
