"""Backups of the database: made whole or not at all, and restored onto an empty one."""
