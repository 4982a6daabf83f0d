"""The events to listen to, as ``events.Hangup``: `amisdk_models.events`, and the bases."""

TYPE_CHECKING = False  # False, but jedi does not know that and completes the names
if TYPE_CHECKING:
    from amisdk_models.events import *  # noqa: F403

    from .models import Event as Event
    from .models import UnknownEvent as UnknownEvent
else:
    import amisdk_models.events as _models

    __all__ = [  # noqa: PLE0604
        *_models.__all__,
        "Event",
        "UnknownEvent",
    ]

    def __getattr__(name):
        if name.startswith("__"):
            raise AttributeError(name)  # __path__ above all: this is no package
        if name in ("Event", "UnknownEvent"):
            from . import models

            return getattr(models, name)
        value = globals()[name] = getattr(_models, name)  # the next time it is found at once
        return value

    def __dir__():
        return sorted(__all__)
