"""What arrives from outside, read tolerantly into plain facts: no models, no database, no clock."""
