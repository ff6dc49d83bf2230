"""Phase 4 on many markets: what is credited where there is nothing, and what the verdict is.

market: one market to a record -> tables: records to text. Run with ``python -m studies.phase_4``.
"""
