"""What changes the digest of the code and what does not."""

from pathlib import Path

import pytest

from dipmaster.core.code_digest import digest_code

SOURCE = '''"""What it does."""

import math


def size(equity: float) -> float:
    """Say how much."""
    # a comment
    return 0.05 * math.sqrt(equity)
'''
SAME = {
    "docstring": ("Say how much.", "Another sentence."),
    "docstring of the module": ("What it does.", "Something else."),
    "comment": ("# a comment", "# another, longer comment"),
    "layout": ("0.05 * math.sqrt(equity)", "(0.05\n        * math.sqrt(equity))"),
}
OTHER = {
    "constant": ("0.05", "0.06"),
    "name": ("math.sqrt", "math.log"),
    "order": ("0.05 * math.sqrt(equity)", "math.sqrt(equity) * 0.05"),
    "operator": ("0.05 *", "0.05 +"),
    "type of a constant": ("0.05", "'0.05'"),
}


def digest(folder: Path, text: str, name: str = "sizes.py") -> str:
    place = folder / "part" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")
    found = digest_code(("part",), folder)
    place.unlink()
    return found


@pytest.mark.parametrize("change", SAME)
def test_what_does_the_same_is_the_same(change: str, tmp_path: Path) -> None:
    old, new = SAME[change]
    assert old in SOURCE
    assert digest(tmp_path, SOURCE.replace(old, new)) == digest(tmp_path, SOURCE)


@pytest.mark.parametrize("change", OTHER)
def test_what_does_something_else_is_another(change: str, tmp_path: Path) -> None:
    old, new = OTHER[change]
    assert old in SOURCE
    assert digest(tmp_path, SOURCE.replace(old, new)) != digest(tmp_path, SOURCE)


def test_a_file_of_another_name_is_another(tmp_path: Path) -> None:
    assert digest(tmp_path, SOURCE, "other.py") != digest(tmp_path, SOURCE)


def test_a_text_that_is_no_docstring_counts(tmp_path: Path) -> None:
    returned = SOURCE.replace("return 0.05", "note = 'x'\n    return 0.05")
    assert digest(tmp_path, returned) != digest(tmp_path, returned.replace("'x'", "'y'"))
