"""What the checks of adaptive exits are given: a sound ledger, and copies with a fault each."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.core.params import AdaptiveExits
from dipmaster.evaluation.phases.exits.inputs import ExitInputs
from dipmaster.evaluation.phases.exits.integrity import check_exits
from dipmaster.results.exits.refits import ExitModelFold

NAMES = (
    "sales at a target are at the planned price",
    "every sale by a model follows an exit probability",
    "every exit probability with a licence and above a threshold led",
    "every exit probability comes from models",
    "exit probabilities have a licence exactly where",
    "every position is sold in full",
    "the stored models reproduce the stored exit probabilities",
)
TARGETS, SOLD, PASSED_OVER, FITTED, LICENSED, PARTS, AGAIN = range(7)


@dataclass(frozen=True)
class Case:
    """What the checks are given."""

    ledger: Ledger
    candidates: pd.DataFrame
    inputs: ExitInputs
    exits: AdaptiveExits

    def broken(self) -> list[int]:
        """Places of the checks that do not hold."""
        checks = check_exits(self.ledger, self.candidates, self.inputs, self.exits)
        for check, name in zip(checks, NAMES, strict=True):
            assert check.name.startswith(name)
            assert check.detail
        return [at for at, check in enumerate(checks) if not check.passed]

    def cases(self) -> list[int]:
        """How many things each check was held against."""
        checks = check_exits(self.ledger, self.candidates, self.inputs, self.exits)
        return [check.cases for check in checks]

    def with_fills(self, fills: pd.DataFrame) -> "Case":
        """Other fills."""
        return replace(self, ledger=replace(self.ledger, fills=fills))

    def with_rows(self, **columns: Any) -> "Case":
        """Other columns of the rows."""
        return replace(self, inputs=replace(self.inputs, rows=self.inputs.rows.assign(**columns)))

    def with_folds(self, *folds: ExitModelFold) -> "Case":
        """Other fits on record."""
        return replace(self, inputs=replace(self.inputs, folds=folds))
