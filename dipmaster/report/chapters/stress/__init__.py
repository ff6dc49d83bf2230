"""Stress tests for a decision: the final phase under each scenario."""
