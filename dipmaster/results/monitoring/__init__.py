"""monitoring.json and monitor.json in parts: rules and alerts, windows, health, rollout, the whole.

Times are UTC open times of bars; what is said of a bar is known at its close.
"""
