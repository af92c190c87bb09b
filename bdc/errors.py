"""Errors that a business rule raises and every door knows how to show."""

from dataclasses import dataclass

from django.utils.functional import Promise

Sentence = str | Promise  # a sentence, translated when it is shown


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of what somebody asked for."""

    field: str
    code: str
    message: Sentence


class RuleBroken(Exception):
    """An action that the business does not allow, told in words a user can read.

    `code` is one of the rule codes of the contract and never changes; `problems` has the
    fields when several things are missing at once.
    """

    def __init__(self, code: str, message: Sentence, *problems: FieldProblem) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.problems = problems


class NotAllowed(Exception):
    """An action that this person's roles do not include; doors answer 403."""

    def __init__(self, message: Sentence) -> None:
        super().__init__(str(message))
        self.message = message


class Malformed(Exception):
    """Something asked for that cannot be understood; doors answer 400 or show the fields."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(", ".join(problem.field for problem in problems))
        self.problems = problems
