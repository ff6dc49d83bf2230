"""The roof: each stage reads params and earlier outputs, calls a room, writes what it returns."""
