"""Tools to test programs that talk to Asterisk, without an Asterisk.

`FakeAsterisk` is a small manager on 127.0.0.1: it logs clients in, plays the commonest actions
and a call's life, and sends whatever events it is told to.
"""

from .fake import FakeAsterisk

__all__ = ["FakeAsterisk"]
