from campaigns.models.imports import Import, ImportRow

__all__ = ["Import", "ImportRow"]
