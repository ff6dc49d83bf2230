"""What templates print, as a reader sees it."""

import re
from html import unescape
from typing import Any

from dipmaster.report import pages
from dipmaster.report.chapter import Chapter
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.html import environment, render


def plain(html: str) -> str:
    """Text without tags; every space is a plain one and stands alone."""
    text = re.sub(r"<svg.*?</svg>", " ", html, flags=re.DOTALL)
    text = re.sub(r"</?(?:br|div|fig|h\d|li|p|section|t[dhr])\b[^>]*>", " ", text)
    text = unescape(re.sub(r"<[^>]*>", "", text))
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def say(template: str, sentence: str, *values: Any) -> str:
    """One sentence of a template."""
    return plain(getattr(environment().get_template(template).module, sentence)(*values))


def say_scope(inputs: ReportInputs, sentence: str) -> str:
    """One sentence on what was looked at."""
    module = environment().get_template("kit/scope.html.j2").make_module(dict(pages.shared(inputs)))
    return plain(getattr(module, sentence)())


def print_chapter(inputs: ReportInputs, chapter: Chapter) -> str:
    """One chapter as text."""
    return plain(render(chapter.page, {**pages.shared(inputs), **chapter.view(inputs)}))
