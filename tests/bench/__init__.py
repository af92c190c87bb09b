"""How fast Spits is, each row beside its limit of the same run (`make bench`)."""
