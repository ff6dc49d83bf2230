"""Source files to a digest of what they do: comments, docstrings and layout change nothing."""

import ast
import hashlib
from pathlib import Path

from dipmaster.core.kernel_sources import PACKAGE
from dipmaster.core.store import read_text


def digest_code(parts: tuple[str, ...], package: Path = PACKAGE) -> str:
    """SHA-256 of the syntax of every module, named by its path.

    Parameters
    ----------
    parts
        Folders and files below the package.
    """
    digest = hashlib.sha256()
    for part in parts:
        place = package / part
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(f"{file.relative_to(package).as_posix()}\0".encode())
            tokens: list[str] = []
            _list_tokens(ast.parse(read_text(file)), tokens)
            digest.update("".join(f"{token}\n" for token in tokens).encode())
    return digest.hexdigest()


def _list_tokens(node: ast.AST, tokens: list[str]) -> None:
    """Append kinds, names and constants of a tree, in order; what is empty is left out.

    So a newer Python, whose trees have more fields, gives the same digest.
    """
    tokens.append(type(node).__name__)
    for name, value in ast.iter_fields(node):
        if value is None or value == []:
            continue
        tokens.append(name)
        items = value if isinstance(value, list) else [value]
        if name == "body" and _has_docstring(node):
            items = items[1:]
        for item in items:
            if isinstance(item, ast.AST):
                _list_tokens(item, tokens)
            else:
                tokens.append(repr(item))
    tokens.append(".")


def _has_docstring(node: ast.AST) -> bool:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
