"""Contributions of the phases to one chart; return on investment and success to one table."""
