"""Only the whole market is recorded."""

from pathlib import Path
from typing import Any

import pytest

from dipmaster.cli.parity_record import require_whole
from dipmaster.core.errors import DataError

WHOLE: dict[str, Any] = {"feed": None, "check": True, "bars": None, "snapshot": None}


def test_the_whole_market_may_be_recorded(tmp_path: Path) -> None:
    require_whole(**WHOLE)
    require_whole(**{**WHOLE, "snapshot": tmp_path / "new.npz"})


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("feed", "-", "--feed"),
        ("check", False, "--no-check"),
        ("bars", 5, "--bars"),
        ("snapshot", Path(__file__), "--snapshot with a file that is there"),
    ],
)
def test_a_part_is_refused(option: str, value: Any, named: str) -> None:
    with pytest.raises(DataError, match=rf"--record: .*, found {named}\.\n  Fix: leave that out"):
        require_whole(**{**WHOLE, option: value})


def test_all_that_is_in_the_way_is_named() -> None:
    with pytest.raises(DataError, match="found --feed, --bars"):
        require_whole(**{**WHOLE, "feed": "-", "bars": 5})
