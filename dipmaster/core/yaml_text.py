"""YAML as DVC parses it, with an error that names the file, the line and the fix."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dipmaster.core.errors import PipelineError


def parse_yaml_file(path: Path, fix: str) -> Any:
    """As `parse_yaml`, of a file that is there."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _yaml_error(str(path), error, fix) from error
    return parse_yaml(text, str(path), fix)


def parse_yaml(text: str, where: str, fix: str) -> Any:
    """Parse YAML with the parser of DVC, so that both read the same values.

    DVC writes YAML 1.2, in which ``5e-05`` is a number, ``010`` is ten and a
    key may stand once.

    Parameters
    ----------
    where, fix
        For the error: the file, and what the user can do.

    Raises
    ------
    PipelineError
        Where it is no YAML.
    """
    try:
        return YAML(typ="safe").load(text)
    except YAMLError as error:
        raise _yaml_error(where, error, fix) from error


def _yaml_error(where: str, error: Exception, fix: str) -> PipelineError:
    return PipelineError(
        f"{where} is no valid YAML in UTF-8: {_describe_yaml_fault(error)}.\n  Fix: {fix}."
    )


def _describe_yaml_fault(error: Exception) -> str:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return str(error)
