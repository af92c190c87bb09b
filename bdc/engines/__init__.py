"""PostgreSQL and Valkey of our own, for who brings none."""
