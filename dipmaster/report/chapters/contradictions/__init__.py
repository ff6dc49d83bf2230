"""Contradictions of the roadmap to one table."""
