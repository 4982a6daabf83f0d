from .making import pure_cut as cut
from .making import pure_make as make

__all__ = ["cut", "make"]
