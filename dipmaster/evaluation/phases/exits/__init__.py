"""Phase 2: dynamic targets, trailing stop and exit models."""
