"""Ways for a message to leave: one module per Channel (`smtp`, `folder`), and what only that channel needs.

A channel takes finished bytes and one recipient, calls `on_data` just before the first byte leaves, and raises
nothing but `DeliveryError`. It does not render, does not retry a message and does not know the store.
`smtp_line` is one open connection, step by step; `smtp_verdict` says whose fault a failure is, and tells it in Dutch.
"""
