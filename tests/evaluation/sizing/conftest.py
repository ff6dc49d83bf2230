"""Phases 0 to 3 on the random bars of `phase_2_world`, with a confidence worth betting on."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dipmaster.core.params import AdaptiveExits, Gates, Sizing
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import Checks, CompletedPhase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.exits import ExitsPhase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.sizing import SizingPhase
from dipmaster.evaluation.phases.sizing.inputs import (
    FACTORS,
    FORECAST,
    OTHER_FORECAST,
    SizingInputs,
)
from dipmaster.evaluation.run import complete_phases
from dipmaster.evaluation.statistics.period import Period
from tests.evaluation.phase_2_world import World
from tests.made.params import read_params

MODELS_FROM_DAY = 15  # outcomes enough by then; before it sizes are those of phase 2


class Selection(SelectionPhase):
    """Admissions made by hand: there are no fits to check them against."""

    def integrity_checks(self, context: Any, completed: Any, ledger: Any) -> Checks:
        return {}


@dataclass(frozen=True)
class SizedWorld:
    """A market, its candidates, and what sizes are made of."""

    world: World
    exits: AdaptiveExits
    inputs: SizingInputs
    sizing: Sizing

    def context(self) -> EvaluationContext:
        context = self.world.context(self.exits)
        given = vars(context.params)
        split = SimpleNamespace(models_from_day=MODELS_FROM_DAY)
        params: Any = SimpleNamespace(**given, sizing=self.sizing, split=split)
        return replace(context, params=params)

    def completed(self) -> tuple[CompletedPhase, ...]:
        """Phases 0 to 3 traded."""
        phases = (
            BaselinePhase(), Selection(), ExitsPhase(self.world.inputs(self.exits)),
            SizingPhase(self.inputs),
        )  # fmt: skip
        return complete_phases(self.context(), phases)

    def under(self, **changes: Any) -> "SizedWorld":
        """The same with other params of section sizing."""
        return replace(self, sizing=self.sizing.model_copy(update=changes))

    def later(self, bar: int) -> "SizedWorld":
        """Another market after a bar; forecasts and factors after it are others, too."""
        rng = np.random.default_rng(8)
        forecast = self.inputs.forecast_daily_frac.copy()
        forecast[:, bar + 1 :] *= rng.lognormal(size=forecast[:, bar + 1 :].shape)
        after = self.world.places[1] > bar
        at = {
            name: np.where(after, values * rng.lognormal(size=values.size), values)
            for name, values in self.inputs.at_signal.items()
        }
        return replace(self, world=self.world.later(bar), inputs=SizingInputs(forecast, at))


def sizing_inputs(world: World) -> SizingInputs:
    """Forecasts around .5 % a day, so that the scalar lies between its bounds, some missing."""
    rng = np.random.default_rng(23)
    forecast = (0.005 * rng.lognormal(0.0, 0.6, world.panel.open.shape)).astype(np.float32)
    n = len(world.candidates)
    forecast[world.places[0][90], world.places[1][90]] = np.nan
    columns = [rng.choice([1.0, 0.9, 0.7], n) for _ in range(3)]
    columns[1][[120, 200]] = np.nan
    at = {FORECAST: forecast[world.places].astype(np.float64)}
    at[OTHER_FORECAST] = at[FORECAST] * rng.lognormal(0.0, 0.3, n)
    return SizingInputs(forecast, at | dict(zip(FACTORS, columns, strict=True)))


@pytest.fixture(scope="session")
def sized(exit_world: World, exit_params: AdaptiveExits) -> SizedWorld:
    """Confidence follows the outcome with noise, as if models knew something."""
    rng = np.random.default_rng(29)
    net = exit_world.second(exit_params).standalone.net_frac
    confidence = np.clip(0.5 + 0.2 * np.sign(net) + 0.2 * rng.standard_normal(net.size), 0.05, 0.95)
    confidence[:50] = np.nan
    known = (confidence >= 0.4).astype(np.int8)
    table = exit_world.filter_results.assign(
        confidence=confidence, passes_threshold=known, admitted=known
    )
    world = replace(exit_world, filter_results=table)
    sizing = read_params("sizing").sizing
    least = sizing.min_outcomes.model_copy(update={"candidates": 30, "per_class": 5})
    return SizedWorld(
        world, exit_params, sizing_inputs(world),
        sizing.model_copy(update={"min_outcomes": least, "prior_outcomes": 20.0}),
    )  # fmt: skip


@pytest.fixture(scope="session")
def traded(sized: SizedWorld) -> tuple[CompletedPhase, ...]:
    return sized.completed()


@pytest.fixture(scope="session")
def few_data(gates: Gates) -> Gates:
    """Minimum data that the small world has."""
    return gates.model_copy(
        update={"min_trades": 20, "min_losing_trades": 2, "min_blocks": 2, "block_days": 10,
                "bootstrap_reps": 200}
    )  # fmt: skip


@pytest.fixture(scope="session")
def out_of_sample(period: Period) -> int:
    return period.out_of_sample_ms
