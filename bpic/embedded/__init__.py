"""PostgreSQL, Redis and the portal's own processes, for a portal that lives on one machine."""
