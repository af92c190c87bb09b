"""Practice: ten invented customers, on whom a new agent learns the keys (ux.md, delight 12).

They stand in code. Nobody is called and nothing counts: a run is kept in the session of who
practises, and in no table.
"""
