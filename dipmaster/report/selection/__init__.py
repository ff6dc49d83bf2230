"""Phase 1's own part of its chapter: from candidates to trades, what scores say, what was bought.

`view` gives the template all of it; `funnel`, `calibration` and `signals` make its rows and
sentences. Nothing is judged here: verdicts and reasons are those of the earlier stages.
"""
