"""The pages as a site: what MkDocs has to be told beyond mkdocs.yml.

README.md becomes the first page, CHANGELOG.md one more, and every package of the library gets a
page of its docstrings. Links out of docs/ work on GitHub and have no target in the site: there
stands the path. A site that would ask another machine for anything is refused.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PROJECT = Path(__file__).parents[1]
LIBRARY = PROJECT / "dipmaster"
# Files of the project's folder that are pages of the site.
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changes.md"}
SAME_AS = PAGES | {"CONTRIBUTING.md": "contributing.md"}
API_PAGE = """---
title: {name}
---

::: dipmaster.{name}
    options:
      heading_level: 1
"""
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
SHOWN_AS_TEXT = "```mermaid\n"  # its script would come from another machine
# What a browser fetches by itself; a link that a reader follows (<a>) is none of it.
REQUEST = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed)\b[^>]*?\b(?:src|href|data)=["']?(?:https?:)?//"""
    r"""|@import\s+["'](?:https?:)?//|url\(["']?(?:https?:)?//|class="mermaid"""
)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the two sections of `nav` whose pages are listed nowhere."""
    notes = sorted(path.name for path in (PROJECT / "docs/decisions").glob("[a-z]*.md"))
    _fill(config, "Decisions", ["README.md", *notes], "decisions")
    _fill(config, "API reference", [f"{name}.md" for name in list_packages()], "api")
    return config


def _fill(config: MkDocsConfig, title: str, names: list[str], folder: str) -> None:
    (section,) = (item for item in config.nav or [] if title in item)
    section[title] = [f"{folder}/{name}" for name in names]


def list_packages() -> list[str]:
    """Packages of the library, by name."""
    return sorted(path.parent.name for path in LIBRARY.glob("*/__init__.py"))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    made = {uri: (PROJECT / name).read_text(encoding="utf-8") for name, uri in PAGES.items()}
    made |= {f"api/{name}.md": API_PAGE.format(name=name) for name in list_packages()}
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links as the site has them; a graph is shown as its text."""
    folder = "" if page.file.src_uri in PAGES.values() else f"docs/{page.file.src_uri}"
    text = markdown.replace(SHOWN_AS_TEXT, "```text\n")
    return LINK.sub(lambda match: _place_link(match, page.file.src_uri, folder), text)


def _place_link(match: re.Match[str], page: str, source: str) -> str:
    """Build the link to the page or image, or the path where it is neither."""
    image, text, link, anchor = match.groups(default="")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    if not (PROJECT / path).exists():
        raise PluginError(f"docs: {source or page} links to {link}, which is not there")
    uri = SAME_AS.get(path, path.removeprefix("docs/"))
    if uri == path:
        return f"{text} (`{path}`)"
    return f"{image}[{text}]({posixpath.relpath(uri, posixpath.dirname(page) or '.')}{anchor})"


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site that would ask another machine for a script, a font, a picture or a style."""
    for path in sorted(Path(config.site_dir).rglob("*")):
        if path.suffix in (".html", ".css") and (request := find_request(path)):
            raise PluginError(f"docs: {path.name} would ask another machine: {request}")


def find_request(path: Path) -> str | None:
    """First piece of the file that makes a browser ask another machine."""
    match = REQUEST.search(path.read_text(encoding="utf-8"))
    return match[0] if match else None
