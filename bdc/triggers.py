"""What the triggers of all tables have in common: how they refuse, and rows that only get more."""

import pgtrigger


def refusal(rule: str) -> str:
    """The SQL that refuses a change in a trigger, as a constraint whose name is the rule."""
    return f"RAISE EXCEPTION '{rule}' USING ERRCODE = '23514', CONSTRAINT = '{rule}';"


def only_added(table: str) -> pgtrigger.Trigger:
    """Rows of `table` are only ever added: no update, no delete."""
    return pgtrigger.Trigger(
        name="only_added",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=refusal(f"{table}_rows_are_only_added"),
    )


def refuse_if(condition: str, rule: str, *, otherwise: str = "RETURN NEW;") -> str:
    """The SQL that refuses a change in a trigger when `condition` holds."""
    return f"IF {condition} THEN {refusal(rule)} END IF; {otherwise}"
