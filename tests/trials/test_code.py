"""Every package decides, or is known not to."""

from dipmaster.core.kernel_sources import PACKAGE
from dipmaster.trials.code import DECIDES

DECIDE_NOTHING = {
    "cli", "core", "download", "market", "monitoring", "outcomes", "report", "results",
    "sensitivity", "streaming", "stress", "trials",
}  # fmt: skip
"""What `market` makes shows in the digest of the bars; `core` is under all of them."""


def test_every_package_decides_or_is_known_not_to() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages - {part.partition("/")[0] for part in DECIDES} <= DECIDE_NOTHING


def test_every_part_is_there() -> None:
    for part in DECIDES:
        place = PACKAGE / part
        assert place.is_file() or any(place.rglob("*.py")), part
