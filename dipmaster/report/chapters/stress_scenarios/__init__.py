"""Stress tests in detail: definitions, every phase and start, the worst windows."""
