"""Why Spits cannot start, told so that one can mend it."""

ADVICE = {
    "No space left on device": "The disk is full: free some space, then start again.",
    "Permission denied": "These files belong to another user: start as that user, or choose "
    "another folder with SPITS_DATA.",
    "Not a directory": "Choose another folder with SPITS_DATA.",
    "are incompatible with server": "The data were made by another version of PostgreSQL: start "
    "that version of Spits, or choose another folder with SPITS_DATA.",
    "already exists": "Another PostgreSQL still uses these data: stop it, then start again.",
    "Cannot allocate memory": "There is too little memory: stop other programs, then start again.",
    "Append Only File": "The queue's own file is broken. Remove the folder `valkey` in the data "
    "folder: the database has all that counts.",
}


class CannotStart(Exception):
    """Something keeps Spits from starting; the message says what, and how to mend it."""


def advice(log: str) -> str:
    """Return how to mend what the last lines of a log tell, as far as we know it."""
    return next((words for sign, words in ADVICE.items() if sign in log), "")
