"""What people feel, measured in a real browser on 100,000 leads: `make ux` (ux.md, section 3)."""
