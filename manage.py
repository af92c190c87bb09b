#!/usr/bin/env python
"""The commands of Spits; `python manage.py help` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from bdc.engines.trouble import CannotStart

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bdc.settings")
    try:
        execute_from_command_line(sys.argv)
    except CannotStart as problem:
        sys.exit(str(problem))
