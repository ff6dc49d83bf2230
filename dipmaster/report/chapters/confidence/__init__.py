"""Confidence, filter and confirmation to tables: which candidates are traded, and how well."""
