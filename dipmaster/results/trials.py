"""Which evaluation this is, and how many there were on the same data."""

from dataclasses import dataclass
from typing import Literal

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
