__all__ = ["scan"]

def scan(
    frame: str, plain: dict[str, str], data: dict[str, object], seen: list[str]
) -> list[str]: ...
