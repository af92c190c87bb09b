"""Figures for whoever watches over Spits, in the format of Prometheus; they name nobody."""
