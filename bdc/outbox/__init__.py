"""Effects that leave a transaction: kept as rows, carried out after the commit."""
