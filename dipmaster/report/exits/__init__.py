"""Phase 2's own part of its chapter: what its exits changed, which rules acted, what scores say.

`view` gives the template all of it; `effects`, `fired`, `capture`, `aims` and `models` make its
rows and sentences. Nothing is judged here: verdicts and reasons are those of the earlier stages.
"""
