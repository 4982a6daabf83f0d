"""The process that is fuzzed; `python -m tests.fuzz` starts it with libFuzzer's options."""

import logging
import sys

# It is in the fuzzer's own environment, and not where types are checked.
import atheris  # type: ignore[import-untyped, import-not-found, unused-ignore]

with atheris.instrument_imports(include=["amisdk"]):
    from tests.fuzz.targets import feed


def main() -> None:
    """Fuzz until told to end, or until something is found."""
    logging.disable(logging.CRITICAL)
    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
