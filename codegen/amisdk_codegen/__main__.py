"""``python -m amisdk_codegen``: the command of `amisdk_codegen.cli`."""

import sys

from .cli import main

sys.exit(main())
