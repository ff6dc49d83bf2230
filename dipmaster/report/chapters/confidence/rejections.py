"""Whom the filter rejects: the counts of McNemar's test beside what chance would reject."""

from dataclasses import dataclass

from dipmaster.results.evaluation.signal_quality import SignalQuality


@dataclass(frozen=True)
class Rejections:
    """Candidates that the filter rejects, by their outcome.

    Attributes
    ----------
    losing, winning
        Rejected candidates not won, and won.
    p
        Of McNemar's test.
    candidates
        All, rejected or not.
    base_rate
        Share of all candidates that win.
    """

    losing: int
    winning: int
    p: float
    candidates: int
    base_rate: float

    @property
    def rejected(self) -> int:
        """Of either outcome."""
        return self.losing + self.winning

    @property
    def rejected_frac(self) -> float:
        """Share of all candidates."""
        return self.rejected / self.candidates

    @property
    def winning_at_random(self) -> float:
        """Winners among as many candidates rejected at random."""
        return self.rejected * self.base_rate

    @property
    def losing_at_random(self) -> float:
        """Candidates not won among as many rejected at random."""
        return self.rejected - self.winning_at_random

    @property
    def direction(self) -> str:
        """Of which outcome more are rejected, in print."""
        if self.losing == self.winning:
            return "as many winning as losing ones are rejected"
        more, fewer = ("losing", "winning") if self.losing > self.winning else ("winning", "losing")
        return f"more {more} than {fewer} ones are rejected"

    @property
    def is_as_at_random(self) -> bool:
        """Whether rejecting at random would show the same direction: it alone shows no skill."""
        at_random = self.losing_at_random - self.winning_at_random
        return (self.losing - self.winning) * at_random > 0.0


def count_rejections(quality: SignalQuality) -> Rejections | None:
    """The counts of the test; None where it was not made."""
    test, base_rate = quality.mcnemar, quality.base_precision
    if test.p is None or base_rate is None:
        return None
    return Rejections(
        losing=test.c,
        winning=test.b,
        p=test.p,
        candidates=quality.n_candidates,
        base_rate=base_rate,
    )
