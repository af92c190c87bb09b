"""Words of the interface about customers and their leads."""
