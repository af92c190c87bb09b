"""The static files as the image has them."""

from tests.deploy.conftest import collected

__all__ = ["collected"]
