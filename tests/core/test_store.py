"""Files are written whole or not at all, and equal results are equal bytes."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dvc.utils.serialize import _yaml as dvc_yaml

from dipmaster.core import store
from dipmaster.core.errors import PipelineError, TableError
from dipmaster.core.panel import to_timestamps
from dipmaster.core.tables import BARS, EQUITY
from dipmaster.core.time_units import BAR_MS


def bars(count: int = 4) -> pd.DataFrame:
    price = np.linspace(100.0, 101.0, count)
    return pd.DataFrame(
        {
            "open_time": to_timestamps(
                np.arange(count, dtype=np.int64) * BAR_MS + 1_600_000_200_000
            ),
            "open": price,
            "high": price + 1,
            "low": price - 1,
            "close": price,
            "volume": np.ones(count),
        }
    )


def interrupted_in_the_middle(target: Path) -> None:
    with store.atomic_folder(target) as folder:
        (folder / "half").write_text("1", encoding="utf-8")
        raise KeyboardInterrupt


def test_a_table_comes_back_as_it_went(tmp_path: Path) -> None:
    store.write_table(bars(), BARS, tmp_path / "A.parquet")
    pd.testing.assert_frame_equal(store.read_table(tmp_path / "A.parquet", BARS), bars())


def test_equal_tables_are_equal_bytes(tmp_path: Path) -> None:
    store.write_table(bars(), BARS, tmp_path / "A.parquet")
    store.write_table(bars()[list(reversed(BARS.names[:6]))], BARS, tmp_path / "B.parquet")
    assert (tmp_path / "A.parquet").read_bytes() == (tmp_path / "B.parquet").read_bytes()


def test_a_missing_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    wrong = bars().drop(columns="close").assign(clsoe=1.0)
    with pytest.raises(TableError, match=r"missing \['close'\], unknown \['clsoe'\]"):
        store.write_table(wrong, BARS, tmp_path / "A.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_not_there_names_the_fix(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="dvc repro"):
        store.read_table(tmp_path / "A.parquet", EQUITY)


def test_a_truncated_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "A.parquet"
    store.write_table(bars(), BARS, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TableError, match=r"(?s)A\.parquet is damaged.*Fix"):
        store.read_table(path, BARS)


def test_columns_are_named_without_reading_the_table(tmp_path: Path) -> None:
    path = tmp_path / "A.parquet"
    with pytest.raises(PipelineError, match=r"A\.parquet is not there"):
        store.list_columns(path)
    store.write_table(bars(), BARS, path)
    assert store.list_columns(path) == list(bars().columns)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TableError, match=r"A\.parquet is damaged"):
        store.list_columns(path)


def test_rows_count_from_zero_whatever_another_program_wrote(tmp_path: Path) -> None:
    """A shuffled table keeps its row labels in the file; its rows are what they are."""
    path = tmp_path / "bars.parquet"
    for order in ([3, 2, 1, 0], [2, 0, 3, 1]):
        shuffled = bars().iloc[order]
        shuffled.to_parquet(path)
        frame = store.read_table(path, columns=BARS.names[:6])
        pd.testing.assert_frame_equal(frame, shuffled.reset_index(drop=True))
    with pytest.raises(TableError, match="unknown"):
        store.read_table(path, BARS)


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with store.atomic_folder(target) as folder:
        (folder / "one").write_text("1", encoding="utf-8")
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["one"]


def test_a_failed_folder_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with store.atomic_folder(target) as folder:
        (folder / "old").write_text("1", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        interrupted_in_the_middle(target)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in target.iterdir()] == ["old"]


def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path: Path) -> None:
    leftover = tmp_path / ".out.partial"
    leftover.mkdir()
    (leftover / "half").write_text("1", encoding="utf-8")
    with store.atomic_folder(tmp_path / "out") as folder:
        assert list(folder.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def sweep_away(target: Path, what: str) -> None:
    """Another process removes a part of what is being written."""
    with store.atomic_folder(target) as folder:
        store.write_text("1", folder / "bars" / "one")
        shutil.rmtree(folder)
        if what == "written on":
            store.write_text("2", folder / "bars" / "two")
        elif what == "in the middle of a file":
            (folder / "three").write_text("3", encoding="utf-8")


@pytest.mark.parametrize("what", ["at the end", "written on", "in the middle of a file"])
def test_a_folder_that_was_swept_away_is_never_taken_for_a_whole_one(
    tmp_path: Path, what: str
) -> None:
    with pytest.raises(PipelineError, match=r"(?s)removed while the stage wrote it.*Fix"):
        sweep_away(tmp_path / "out", what)
    assert list(tmp_path.iterdir()) == []


def test_a_file_missing_for_another_reason_stays_a_fault_of_our_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), store.atomic_folder(tmp_path / "out"):
        (tmp_path / "nowhere").read_text(encoding="utf-8")


def test_a_file_that_was_swept_away_is_an_error_with_its_fix(tmp_path: Path) -> None:
    with (
        pytest.raises(PipelineError, match=r"(?s)removed while the stage wrote it.*Fix"),
        store.atomic_file(tmp_path / "a.json"),
    ):
        pass  # as if what was written had been removed


def test_json_is_sorted_rounded_and_plain(tmp_path: Path) -> None:
    value = {"b": np.float64(1 / 3), "a": [np.int64(2), np.bool_(True), None], "c": np.array(1.5)}
    store.write_json(value, tmp_path / "x.json")
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == (
        '{\n  "a": [\n    2,\n    true,\n    null\n  ],\n  "b": 0.3333333333,\n  "c": 1.5\n}\n'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("nan")])
def test_json_refuses_what_is_no_number(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="use None and give the reason"):
        store.write_json({"x": value}, tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_params_are_read_from_the_project_folder_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PipelineError, match="start stages from the project folder"):
        store.read_params("gates")


def test_a_key_given_twice_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("a:\n  b: 1\n  b: 2\n", encoding="utf-8")
    with pytest.raises(PipelineError, match='line 3: found duplicate key "b"'):
        store.read_params("ingest")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5e-05", 5e-05),  # as `dvc exp run -S x=0.00005` writes it
        ("-5E-05", -5e-05),
        ("1.5e5", 1.5e5),
        ("2e3", 2e3),
        ("-.5", -0.5),
        (".5e-3", 0.0005),
        ("010", 10),
        ("0.00005", 0.00005),
        ("1:30", "1:30"),
        ("no", "no"),
        ("'5e-05'", "5e-05"),
        ("true", True),
        ("3", 3),
        ("1e", "1e"),
        ("e5", "e5"),
        ("2034-01-01x", "2034-01-01x"),
    ],
)
def test_yaml_is_read_as_dvc_writes_it(tmp_path: Path, text: str, value: object) -> None:
    """What DVC tracks as a value's change is what the stage sees."""
    (tmp_path / "a.yaml").write_text(f"x: {text}\n", encoding="utf-8")
    read_value = store.read_yaml(tmp_path / "a.yaml")["x"]
    assert read_value == value
    assert type(read_value) is type(value)
    assert dvc_yaml.load_yaml(str(tmp_path / "a.yaml"))["x"] == value


@pytest.mark.parametrize("value", [5e-05, 1e-300, -2.5e-7, 1e16, 1e22, 0.1, 3, True, "no", "1:30"])
def test_what_dvc_writes_comes_back(tmp_path: Path, value: object) -> None:
    dvc_yaml.dump_yaml(str(tmp_path / "a.yaml"), {"x": value})
    read_value = store.read_yaml(tmp_path / "a.yaml")["x"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_a_small_decimal_of_an_experiment_is_a_number(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with dvc_yaml.modify_yaml(shutil.copy(project / "params.yaml", tmp_path)) as values:
        values["exits"]["boundary_min_net_frac"] = 0.00005
    assert "5e-05" in (tmp_path / "params.yaml").read_text(encoding="utf-8")
    assert store.read_params("exits").exits.boundary_min_net_frac == 0.00005


def test_broken_yaml_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("a: [1\nb: 2\n", encoding="utf-8")
    with pytest.raises(PipelineError, match="line 2"):
        store.read_params("gates")


def test_params_that_are_not_utf8_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(PipelineError, match="UTF-8"):
        store.read_params("gates")


@pytest.mark.parametrize("text", ["", '{"a": [1', "\x00"])
def test_damaged_json_is_an_error_with_its_place_and_fix(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(PipelineError, match=r"(?s)a\.json is damaged.*Fix: remove the file"):
        store.read_json(tmp_path / "a.json")


def test_a_broken_lock_is_an_error_with_its_place_and_fix(tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text("a: [", encoding="utf-8")
    with pytest.raises(PipelineError, match=r"(?s)dvc\.lock is no valid YAML.*Fix: restore"):
        store.read_yaml(tmp_path / "dvc.lock")


def test_a_json_nested_beyond_reading_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(PipelineError, match=r"a\.json is damaged"):
        store.read_json(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{}", "no key 'charged'"),
        ("[1]", r"no object: \[1\]"),
        ('{"charged": 1}', "found 1"),
        ('{"charged": {"A": "yes"}}', "found {'A': 'yes'}"),
    ],
)
def test_a_key_that_is_missing_or_of_another_type_names_file_and_fix(
    tmp_path: Path, text: str, found: str
) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(PipelineError, match=rf"(?s)a\.json: expected key 'charged'.*{found}.*Fix:"):
        store.read_json_key(tmp_path / "a.json", "charged", dict[str, bool])


def test_a_key_comes_as_its_type(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"bps": 1, "charged": {"A": true}}', encoding="utf-8")
    assert isinstance(store.read_json_key(tmp_path / "a.json", "bps", float), float)
    assert store.read_json_key(tmp_path / "a.json", "charged", dict[str, bool]) == {"A": True}
