"""The actions to send, as ``actions.QueueAdd(...)``: `amisdk_models.actions`, and the raw one."""

TYPE_CHECKING = False  # False, but jedi does not know that and completes the names
if TYPE_CHECKING:
    from amisdk_models.actions import *  # noqa: F403

    from .models import Action as Action
    from .models import RawAction as RawAction
else:
    import amisdk_models.actions as _models

    __all__ = [  # noqa: PLE0604
        *_models.__all__,
        "Action",
        "RawAction",
    ]

    def __getattr__(name):
        if name.startswith("__"):
            raise AttributeError(name)  # __path__ above all: this is no package
        if name in ("Action", "RawAction"):
            from . import models

            return getattr(models, name)
        value = globals()[name] = getattr(_models, name)  # the next time it is found at once
        return value

    def __dir__():
        return sorted(__all__)
