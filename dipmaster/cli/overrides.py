"""`section.key=value` to the params that DVC would write, before it writes them.

Overrides are parsed and applied by DVC's own code, in a copy of params.yaml.
"""

import difflib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dipmaster.core import store
from dipmaster.core.errors import ParamsError
from dipmaster.core.params import Params
from dipmaster.core.params.changes import flatten

SHOWN_NAMES = 3


def check_overridden(overrides: Sequence[str]) -> Params:
    """Check params.yaml with overrides in their places.

    Parameters
    ----------
    overrides
        `section.key=value`, in the grammar of DVC (Hydra's).

    Raises
    ------
    ParamsError
        For an override that is not of this form, a param that is not there, or a value that
        does not fit.
    """
    if not overrides:
        return store.check_params()
    from dvc.utils.hydra import apply_overrides

    check_paths(overrides, store.read_yaml(store.PARAMS_FILE))
    (single,) = refuse_sweeps(expand_sweeps(overrides))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(store.PARAMS_FILE, folder))
        with _refusing_values():
            apply_overrides(copy, single)
        return _check_copy(copy, single)


def _check_copy(copy: Path, overrides: Sequence[str]) -> Params:
    """Check the copy; where params.yaml itself fits, the fault is that of the overrides."""
    try:
        return store.check_params(copy)
    except ParamsError as error:
        store.check_params()
        given = " ".join(f"--set {one}" for one in overrides)
        raise ParamsError(f"with {given}, {error}") from None


@contextmanager
def _refusing_values() -> Iterator[None]:
    """Turn what DVC and the libraries of its grammar refuse into one error."""
    from dvc.exceptions import DvcException
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except (DvcException, HydraException, OmegaConfBaseException) as error:
        cause = str(error.__cause__ or error).splitlines()[0].rstrip(".")
        raise ParamsError(
            f"--set: {cause}.\n"
            "  Fix: write --set section.key=value; several values, separated by commas, take "
            "--queue."
        ) from error


def refuse_sweeps(sweeps: Sequence[list[str]]) -> Sequence[list[str]]:
    """Return the sweeps where there is one alone.

    Raises
    ------
    ParamsError
        For several: only a queue runs them.
    """
    if len(sweeps) > 1:
        raise ParamsError(
            f"--set: expected one value a param, found {len(sweeps)} combinations.\n"
            "  Fix: add --queue to `dipmaster run`, then `dvc queue start` runs them all."
        )
    return sweeps


def expand_sweeps(overrides: Sequence[str]) -> list[list[str]]:
    """Overrides of each experiment that they stand for: `a=1,2` stands for two.

    Raises
    ------
    ParamsError
        Where one cannot be parsed.
    """
    from dvc.utils.hydra import get_hydra_sweeps

    check_form(overrides)
    if not overrides:
        return [[]]
    with _refusing_values():
        sweeps = get_hydra_sweeps({store.PARAMS_FILE.name: list(overrides)})
    return [list(sweep[store.PARAMS_FILE.name]) for sweep in sweeps]


def check_form(overrides: Sequence[str]) -> None:
    """Refuse what is no `section.key=value`, and a param that is set twice.

    Raises
    ------
    ParamsError
        With the first such override.
    """
    paths = set()
    for override in overrides:
        path, sign, _ = override.partition("=")
        if not sign or not path.strip():
            raise ParamsError(
                f"--set: expected section.key=value, found '{override}'.\n"
                "  Fix: for example --set signal.rule=capitulation."
            )
        if path in paths:
            raise ParamsError(
                f"--set {path}: expected one value, found the param set twice.\n"
                "  Fix: leave one of them out."
            )
        paths.add(path)


def check_paths(overrides: Sequence[str], values: Mapping[str, Any]) -> None:
    """Refuse params that are not there, and name those with the nearest names.

    Raises
    ------
    ParamsError
        With every such path.
    """
    check_form(overrides)
    known = _list_paths(values)
    paths = [override.partition("=")[0].lstrip("+~") for override in overrides]
    faults = [_describe_unknown(path, known) for path in paths if path not in known]
    if faults:
        raise ParamsError(
            "\n".join(faults) + "\n  Fix: params.yaml has every param with its meaning."
        )


def _list_paths(values: Mapping[str, Any]) -> list[str]:
    """Paths of all params and of the sections that hold them."""
    leaves = list(flatten(values))
    parts = [leaf.split(".") for leaf in leaves]
    sections = {".".join(part[:depth]) for part in parts for depth in range(1, len(part))}
    return [*leaves, *sorted(sections)]


def _describe_unknown(path: str, known: Sequence[str]) -> str:
    near = find_nearest(path, known)
    hint = f"; near it: {', '.join(near)}" if near else ""
    return f"--set {path}: expected a param of params.yaml, found none of that name{hint}."


def find_nearest(path: str, known: Sequence[str]) -> list[str]:
    """Params whose path, or whose last name, is nearly that of `path`; the nearest first."""
    by_path = difflib.get_close_matches(path, known, SHOWN_NAMES, cutoff=0.7)
    last_names = {one: one.rpartition(".")[2] for one in known}
    last = path.rpartition(".")[2]
    near = difflib.get_close_matches(last, set(last_names.values()), SHOWN_NAMES, cutoff=0.75)
    by_name = [one for name in near for one in known if last_names[one] == name]
    return list(dict.fromkeys([*by_path, *by_name]))[:SHOWN_NAMES]
