"""What every answer of the API has in common: who asks, how much, in what form, and errors.

No module that is imported here imports `rest_framework.views`: the settings name these
classes, and that module reads the settings while it loads.
"""

from bdc.api.bodies import JSONBody
from bdc.api.limits import RateLimit
from bdc.api.paging import KeyPagination
from bdc.api.problems import problem_details
from bdc.api.tokens import TokenAuthentication

__all__ = ["JSONBody", "KeyPagination", "RateLimit", "TokenAuthentication", "problem_details"]
