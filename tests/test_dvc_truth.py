"""dvc.yaml matches the code: declared deps = imported files, declared params = read sections.

DVC follows no import: without this a changed module would leave a stage "up to date".
"""

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

from dipmaster.core import catalog
from dipmaster.monitoring.records import STREAM
from dipmaster.trials.code import DECIDES

PROJECT = Path(__file__).parents[1]
PIPELINE = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]

READ_AS_TEXT = {
    "validate": tuple(f"dipmaster/{part.partition('/')[0]}" for part in DECIDES),
    "monitor": tuple(f"dipmaster/{part}" for part in STREAM),
}
"""Code whose source a stage digests, whether or not it imports it."""

ADDED_TO = {"validate": [catalog.TRIALS.as_posix()]}
"""What a stage adds lines to: no output, which DVC would remove before the stage starts, and no
dep, which would run the stage again after it."""

NEVER_READ = {"check": ["data/ingest/on_chain", "data/ingest/order_book", "data/ingest/sentiment"]}
"""What a stage imports the reader of and never calls: `check` reads files under data/raw alone, and
tests/stages/test_check.py runs it where nothing else is there."""

ORDER_ONLY = catalog.CHECK_PASSED.as_posix()
"""A dep that only puts its stage behind another one: its bytes never change (test_check.py)."""


def module_of(stage: str) -> Path:
    command = PIPELINE[stage]["cmd"].split()
    assert command[:2] == ["python", "-m"], command
    return PROJECT / (command[2].replace(".", "/") + ".py")


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file, parsed once: stages share most of the files they import."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported_names(path: Path) -> set[str]:
    """Dotted names a file imports, those inside functions included."""
    names: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{a.name}" for a in node.names}
    return names


@cache
def files_of(name: str) -> set[Path]:
    """Files that importing a dotted name runs: its packages' __init__ and the module."""
    parts = name.split(".")
    files: set[Path] = set()
    for depth in range(1, len(parts) + 1):
        base = PROJECT.joinpath(*parts[:depth])
        files |= {
            path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()
        }
    return files


@cache
def closure(start: Path) -> set[Path]:
    """Every project file that running `start` as a module imports, itself included."""
    pending, visited = [start, start.with_name("__init__.py")], set()
    while pending:
        path = pending.pop()
        if path in visited:
            continue
        visited.add(path)
        for name in imported_names(path):
            pending.extend(files_of(name) - visited)
    return visited


def covered(path: Path, deps: list[str]) -> bool:
    name = path.relative_to(PROJECT).as_posix()
    return any(name == dep or name.startswith(dep.rstrip("/") + "/") for dep in deps)


def sections_read(path: Path) -> set[str]:
    """String arguments of the stage's calls of read_params."""
    calls = [
        node
        for node in nodes_of(path)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) == "read_params"
    ]
    assert len(calls) == 1, f"{path}: expected one call of read_params"
    return {argument.value for argument in calls[0].args if isinstance(argument, ast.Constant)}


def stages_held(path: Path) -> tuple[str, list[str]]:
    """Name and `reads` of the stage's call of stage.run."""
    (call,) = [
        node
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "stage.run"
    ]
    reads = {word.arg: word.value for word in call.keywords}.get("reads", ast.Tuple([], ast.Load()))
    return ast.literal_eval(call.args[0]), list(ast.literal_eval(reads))


def writer_of(dep: str) -> str | None:
    """Stage that writes a dep, None where it is no output."""
    for stage, facts in PIPELINE.items():
        for kind in ("outs", "metrics", "plots"):
            for out in facts.get(kind, []):
                place = out if isinstance(out, str) else next(iter(out))
                if dep == place or dep.startswith(f"{place}/"):
                    return stage
    return None


@pytest.mark.parametrize("stage", PIPELINE)
def test_every_imported_file_is_a_dep(stage: str) -> None:
    files = closure(module_of(stage))
    missing = sorted(
        path.relative_to(PROJECT).as_posix()
        for path in files
        if not covered(path, PIPELINE[stage]["deps"])
    )
    assert not missing, f"{stage}: imported but not among its deps"


@pytest.mark.parametrize("stage", PIPELINE)
def test_no_code_dep_is_idle(stage: str) -> None:
    files = {path.relative_to(PROJECT).as_posix() for path in closure(module_of(stage))}
    code = [dep for dep in PIPELINE[stage]["deps"] if dep.startswith(("dipmaster", "stages"))]
    read = READ_AS_TEXT.get(stage, ())
    idle = [
        dep
        for dep in code
        if dep not in read and not any(f == dep or f.startswith(dep + "/") for f in files)
    ]
    assert not idle, f"{stage}: among its deps but never imported"


def test_every_code_that_a_stage_digests_is_a_dep() -> None:
    for stage, read in READ_AS_TEXT.items():
        assert set(read) <= set(PIPELINE[stage]["deps"])


@pytest.mark.parametrize("stage", PIPELINE)
def test_declared_params_are_the_sections_read(stage: str) -> None:
    """A stage that shows all of them depends on the file itself: one line of the lock, not all."""
    if "params.yaml" in PIPELINE[stage]["deps"]:
        assert "params" not in PIPELINE[stage]
    else:
        assert set(PIPELINE[stage]["params"]) == sections_read(module_of(stage))


@pytest.mark.parametrize("stage", PIPELINE)
def test_a_stage_holds_what_it_reads(stage: str) -> None:
    """While it runs, no left-over process of a stage before it may write there (locks.py)."""
    name, reads = stages_held(module_of(stage))
    assert name == stage
    deps = [dep for dep in PIPELINE[stage]["deps"] if dep != ORDER_ONLY]
    wanted = {writer_of(dep) for dep in deps} - {None}
    assert len(reads) == len(set(reads))
    assert set(reads) == wanted


@pytest.mark.parametrize("stage", PIPELINE)
def test_the_lock_of_packages_is_a_dep(stage: str) -> None:
    assert "requirements.lock" in PIPELINE[stage]["deps"]


def test_every_stage_but_ingest_waits_for_the_check() -> None:
    """DVC removes what a stage wrote before it starts: bad params are to be told before that.

    Bars alone may be ingested however few there are; in a whole run DVC takes `check` first
    (test_dvc_files.py).
    """

    def earlier(stage: str) -> set[str]:
        before = {writer_of(dep) for dep in PIPELINE[stage]["deps"]} - {None}
        return before.union(*(earlier(name) for name in before if name))

    assert earlier("check") == set()
    assert [name for name in PIPELINE if "check" not in earlier(name)] == ["check", "ingest"]


def test_the_collector_sees_imports_inside_functions(tmp_path: Path) -> None:
    source = tmp_path / "late.py"
    source.write_text("def f():\n    from dipmaster.core import panel\n", encoding="utf-8")
    assert PROJECT / "dipmaster" / "core" / "panel.py" in set().union(
        *(files_of(name) for name in imported_names(source))
    )


@cache
def paths_named(path: Path) -> set[str]:
    """Paths of the catalogue that a file names."""
    names = {
        node.attr
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "catalog"
    }
    places = {name: getattr(catalog, name) for name in names}
    named = {place.as_posix() for place in places.values() if isinstance(place, Path)}
    return named | (
        {path.as_posix() for path in (catalog.BARS, catalog.FUNDING)}
        if "read_panel" in names
        else set()
    )


def declared(stage: str) -> list[str]:
    """Deps and outputs of a stage."""
    entries = [
        entry
        for kind in ("deps", "outs", "metrics", "plots")
        for entry in PIPELINE[stage].get(kind, [])
    ]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


@pytest.mark.parametrize("stage", PIPELINE)
def test_every_path_that_a_stage_names_is_declared(stage: str) -> None:
    """A folder counts as declared where what lies in it is."""
    added = [*ADDED_TO.get(stage, []), *NEVER_READ.get(stage, [])]
    own = [*declared(stage), *added, "dvc.lock"]  # DVC's own record is no dep
    library = {path for path in closure(module_of(stage)) if path.name != "catalog.py"}
    missing = sorted(
        name
        for path in library
        for name in paths_named(path)
        if not any(
            name == entry or name.startswith(entry + "/") or entry.startswith(name + "/")
            for entry in own
        )
    )
    assert not missing, f"{stage}: read or written but neither a dep nor an output"


@pytest.mark.parametrize("stage", [name for name in PIPELINE if name != "report"])
def test_every_data_dep_is_named(stage: str) -> None:
    """A dep that nobody reads runs the stage for nothing; the report prints the hash of each."""
    named = {name for path in closure(module_of(stage)) for name in paths_named(path)}
    idle = [
        dep
        for dep in PIPELINE[stage]["deps"]
        if dep.startswith("data/")
        and dep != ORDER_ONLY
        and not any(
            name == dep or name.startswith(dep + "/") or dep.startswith(name + "/")
            for name in named
        )
    ]
    assert not idle, f"{stage}: among its deps but never read"
