"""What the stages measured, dvc.lock and params to one PDF and its HTML twin.

`inputs` names what comes in; `words`, `matrix` and `difference` make page one,
`phases` a chapter a phase, `selection` what phase 1 adds, `weather` volatility,
`claims` the claims; `charts` draws, `pages` gathers, `render` makes the bytes.
Nothing here estimates anything: every number is printed as an earlier stage
wrote it. The only arithmetic is for the eye: thinning, a histogram, tenths.
"""
