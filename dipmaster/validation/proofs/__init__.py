"""Ledgers to proofs without which no verdict counts."""
