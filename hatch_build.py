"""Builds amisdk/_making.c where there is a compiler; without one amisdk is pure Python."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatch calls before it puts a wheel together, also for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, if it can be done."""
        if os.environ.get("AMISDK_PURE"):
            return
        try:
            self._compile()
        except Exception as error:  # noqa: BLE001 - setuptools has no base class for its errors
            self.app.display_warning(f"amisdk will be pure Python: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"] += ["amisdk/_making*.so", "amisdk/_making*.pyd"]

    def _compile(self) -> None:
        from setuptools import Distribution, Extension
        from setuptools.command.build_ext import build_ext

        os.chdir(self.root)
        making = Extension("amisdk._making", ["amisdk/_making.c"])
        command = build_ext(Distribution({"name": "amisdk", "ext_modules": [making]}))
        command.inplace = True
        with TemporaryDirectory() as directory:
            command.build_temp = command.build_lib = directory
            command.ensure_finalized()
            command.run()
