"""Real Asterisk servers for the live tests and for ``make asterisk``.

``trees`` builds the Debian trees that hold Asterisk, ``servers`` runs servers in them with the
configuration in ``etc/``, and ``python -m tests.live.asterisk`` is for people who want to look.
"""

from .servers import ROLES, Account, Server, StartError
from .trees import MAJORS, BuildError, build, cache_dir, compiled, why_not

__all__ = [
    "MAJORS",
    "ROLES",
    "Account",
    "BuildError",
    "Server",
    "StartError",
    "build",
    "cache_dir",
    "compiled",
    "why_not",
]
