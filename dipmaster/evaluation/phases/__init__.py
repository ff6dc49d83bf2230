"""What each phase of the roadmap adds: one package a phase."""
