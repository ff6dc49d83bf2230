"""Phase 1: candidates chosen by confidence, filter and confirmation."""
