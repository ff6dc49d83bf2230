"""Matplotlib's SVG to one of half the size: what nobody sees is dropped, styles are attributes."""

import re

FONT = "DejaVu Sans"
_LEFTOVER = re.compile(
    r' id="(?:figure|axes|patch|text|line2d|legend|xtick|ytick|matplotlib\.axis|\w+Collection'
    r'|QuadMesh)_\d+"'
)
_GROUP = re.compile(r"\s*<g(?: [^>]*)?/>|\s*<g>|<g [^>]*>|\s*</g>")
_STYLE_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_UNPAINTED = re.compile(r'\s*<path d="[^"]*"(?: clip-path="[^"]*")? style="fill: none"/>')
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r' style="([^"]*)"')
_NO_ROTATION = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")
_NAMED = re.compile(r' id="series:')
_DATA = re.compile(r""" data-[a-z]+=(?:"[^"]*"|'[^']*')""")


def compact(svg: str) -> str:
    """The SVG element of a file that Matplotlib wrote, made small.

    A stroke or a word of a chart is an element, and WeasyPrint parses the style of each; as
    attributes they need no parsing, and a style sheet of the page can overrule them. Coordinates
    keep hundredths of a point. Ids that begin with "series:" become data attributes.
    """
    text = _STYLE_SHEET.sub("", svg[svg.index("<svg") :])
    text = _UNPAINTED.sub("", _LEFTOVER.sub("", text))
    text = without_idle_groups(_NAMED.sub(' data-series="', text))
    head, body = text.split(">", 1)
    return f'{head} font-family="{FONT}">{_TAG.sub(_compact_tag, body)}'


def without_data(svg: str) -> str:
    """For the PDF, in which nothing can be pointed at."""
    return without_idle_groups(_DATA.sub("", svg))


def without_idle_groups(svg: str) -> str:
    """Drop groups that are empty or without an attribute: each costs time to set."""
    has_attributes: list[bool] = []

    def keep_or_drop(group: re.Match[str]) -> str:
        tag = group[0]
        if tag.endswith("/>"):
            return ""
        if tag.endswith("</g>"):
            return tag if has_attributes.pop() else ""
        has_attributes.append(not tag.endswith("<g>"))
        return tag if has_attributes[-1] else ""

    return _GROUP.sub(keep_or_drop, svg)


def _compact_tag(tag: re.Match[str]) -> str:
    text = _NO_ROTATION.sub("", _STYLE.sub(_as_attributes, tag[0]))
    return _LONG_NUMBER.sub(r"\1", text).replace("\n", "")


def _as_attributes(style: re.Match[str]) -> str:
    """The declarations as presentation attributes; the font is the whole chart's."""
    pairs = (part.split(":", 1) for part in style[1].split(";") if part.strip())
    return "".join(
        f' {name.strip()}="{value.strip()}"'
        for name, value in pairs
        if name.strip() != "font-family"
    )
