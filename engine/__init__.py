"""The jaarplanning engine.

Rules say what should exist; plan makes it so; tick decides whom to tell; deliver tells them.
"""
