"""Loggers, all below ``amisdk``.

They are silent until the application sets logging up; only what goes wrong in the user's own
handlers shows on standard error even then, as Python does with errors that nobody configured.
"""

from __future__ import annotations

import logging

__all__ = ["handlers", "session"]

session = logging.getLogger("amisdk.session")
"""What the session does: names and ActionIDs of actions, never values."""
session.addHandler(logging.NullHandler())

handlers = logging.getLogger("amisdk.handlers")
"""Errors that the user's event handlers raise, and events that they lose."""
