"""Ledgers to verdicts: one out-of-sample period, intervals by calendar block, gates.

A gate passes when its lower bound reaches the target, fails when its upper
bound misses it, and is inconclusive otherwise or where there is too little
data. How each bound is made, and how often it errs, is in docs/gates.md.
"""
