"""Decisions only: frozen records and functions of their arguments. No clock, disk, network, randomness or logging."""
