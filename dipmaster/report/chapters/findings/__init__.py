"""Findings by severity, each computed from the results where it can be."""
