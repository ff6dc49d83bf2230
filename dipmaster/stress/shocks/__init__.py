"""Shock models: a window and params to its moves under the shock, one model a file."""
