"""Why a backup cannot be made or restored, told so that one can mend it."""


class CannotBackUp(Exception):
    """No backup could be made; the message says why, and nothing half is left behind."""


class CannotRestore(Exception):
    """A backup cannot be trusted or put back; the message says why, and what to do."""
