"""What changed, told to the pages that are open: server-sent events of a few numbers each."""
