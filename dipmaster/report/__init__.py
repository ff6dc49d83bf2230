"""Metrics, the equity curve, dvc.lock and params to one PDF and its HTML twin.

`inputs` names what comes in, `matrix`, `words`, `chapter` and `provenance` turn
it into what the templates print, `charts` draws, and `render` makes the bytes.
Nothing here estimates anything: every number is printed as an earlier stage
wrote it. The only arithmetic is thinning a curve so that it can be drawn.
"""
