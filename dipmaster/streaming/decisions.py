"""What one step of the grid brought, in all phases."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.exits.target import ExitTargets
from dipmaster.streaming.account import AccountStep
from dipmaster.streaming.adaptive import ScoredRows
from dipmaster.streaming.candidates import BarCandidates
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.scoring import ScoredCandidates


@dataclass(frozen=True)
class BarDecisions:
    """What one step of the grid brought, phase by phase where it differs.

    Attributes
    ----------
    accounts
        Phase to fills, ended trades and the mark at the close.
    rows
        Exit scores of the positions that are open at the close.
    candidates
        Of this close; what follows is None where there is none.
    orders
        Phase to what is bought at the next open, as far as the account allows.
    """

    bar: MarketBar
    accounts: Mapping[int, AccountStep]
    rows: ScoredRows
    candidates: BarCandidates
    scored: ScoredCandidates | None
    targets: ExitTargets | None
    orders: Mapping[int, BarOrders]
