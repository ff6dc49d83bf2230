"""What a source of alternative data is to a stream."""

from dataclasses import dataclass
from typing import Protocol

from dipmaster.altdata.layer import LayerInputs
from dipmaster.core.kernels import Floats
from dipmaster.streaming.candidates import BarCandidates
from dipmaster.streaming.market import MarketBar
from dipmaster.streaming.state import Saved

NEWS_INPUT = "news_impact"
"""Channel and column of the impact of news."""


@dataclass(frozen=True)
class EvidenceAtBar:
    """What alternative data says at candidates of one bar, known at its close.

    Attributes
    ----------
    inputs
        Of the second layer.
    news
        Impact of news, shape (candidates,); None where the source has no such channel.
    """

    inputs: LayerInputs
    news: Floats | None


class EvidenceSource(Protocol):
    """What alternative data says at candidates."""

    def push(self, bar: MarketBar) -> None:
        """Take in what was published by the close of a bar."""

    def prepare(self) -> None:
        """Do between two bars what needs not wait for the next."""

    def read(self, bar: MarketBar, candidates: BarCandidates) -> EvidenceAtBar:
        """What is known of the candidates at the close of the bar that was pushed last."""

    def save(self) -> Saved:
        """Everything that the next bars depend on."""

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
