"""Trades to what chance would have won with the same exits."""
