"""The demo: two dealer groups, their people, and thirteen weeks of invented leads."""
