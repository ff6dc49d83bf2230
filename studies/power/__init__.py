"""Power of phase 1: what could be found in a market of known edge, and what the product finds.

bounds: scores that know the truth, and scores learned on other markets -> market: one market
scored and traded in three ways -> summary: markets together, with errors -> tables: text and
JSON. Run with ``python -m studies.power``.
"""
