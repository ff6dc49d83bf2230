"""Which evaluation this is, its line of the registry, and how many there were on the same data."""

from dataclasses import dataclass, field
from typing import Literal

from dipmaster.results.common import Verdict
from dipmaster.results.fields import keyed

IdentityPart = Literal["data", "alternative data", "code", "params", "code of the stream"]
"""What two runs can differ in, in words; the last is of a comparison with the stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialIdentity:
    """What an evaluation hangs on, as SHA-256 digests.

    Attributes
    ----------
    data
        Of the bars of all coins, half-spreads and funding.
    alternative
        Of alternative data at the candidates.
    code
        Of the code that decides, without comments and docstrings.
    params
        Of the values of the sections that decide or judge.
    """

    data: str
    alternative: str
    code: str
    params: str

    def list_differing(self, other: "TrialIdentity") -> tuple[IdentityPart, ...]:
        """What another evaluation does not share with this one."""
        pairs: tuple[tuple[IdentityPart, str, str], ...] = (
            ("data", self.data, other.data),
            ("alternative data", self.alternative, other.alternative),
            ("code", self.code, other.code),
            ("params", self.params, other.params),
        )
        return tuple(name for name, ours, theirs in pairs if ours != theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOutcome:
    """What an evaluation came to: figures of the last phase, as in `Summary`.

    Attributes
    ----------
    trades_digest
        SHA-256 of the trades of all phases.
    """

    verdict: Verdict
    trades: int
    win_rate: float | None
    sharpe: float | None
    profit_factor: float | None
    max_drawdown: float | None
    net_return: float | None
    trades_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """A line of the registry; lines are kept for good, so that a new field needs a default.

    Attributes
    ----------
    data, alternative, code, params
        As in `TrialIdentity`.
    previous
        SHA-256 of the lines before it that no other line names.
    """

    data: str
    alternative: str
    code: str
    params: str
    outcome: TrialOutcome = field(metadata=keyed("found"))
    previous: tuple[str, ...]

    @property
    def identity(self) -> TrialIdentity:
        """Which evaluation it is of."""
        return TrialIdentity(
            data=self.data, alternative=self.alternative, code=self.code, params=self.params
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCount:
    """How often these data were looked at, as far as it is on record.

    Attributes
    ----------
    evaluations
        Different evaluations, this one included.
    outcomes
        Different sets of trades among those on record.
    is_registered
        Whether this one is on record: not where DVC took its results from its cache and the
        line was lost before it was committed.
    """

    evaluations: int
    outcomes: int
    is_registered: bool
