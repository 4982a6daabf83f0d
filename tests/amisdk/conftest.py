"""Settings of the property tests: no deadline, for models are built when they are first used."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
