"""Tables, named queries and migrations: what is stored, not what it means. No business rules live here."""
