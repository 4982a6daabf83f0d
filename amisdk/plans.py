"""Works out how the values of a class are made straight from a message's texts.

pydantic stays in charge: a text stands for itself only where the class's own schema takes any
text as it is, and every other value comes from pydantic's validator of that field. A class whose
schema does more than that, such as a program's own with rules or required fields, is left to the
general way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator

from . import fields
from .fields import unescape
from .making import MANY, NOTHING, TEXT, VALUE, Entry

__all__ = ["Take", "entry_of", "schemas_of"]

Take = Callable[[dict[str, Any], str], object]
"""Takes a text into raw data, by field name."""

_CONFIG = frozenset({"title", "extra_fields_behavior", "hide_input_in_errors"})
"""What a class may be configured with: it is without effect on which values fit."""
_KINDS = {
    *("any", "bool", "datetime", "default", "dict", "float", "int"),
    *("literal", "nullable", "str", "tuple", "union"),
}
"""The schemas of which a value depends on its text alone, so that it may be remembered."""
_CONFIGURED = CoreConfig(hide_input_in_errors=True)
_KEPT = 256
"""Values that are kept for a field: the price of a text that was met before is a look-up."""
_KEPT_LENGTH = 64
_UNCHANGING = frozenset({str, int, float, bool, datetime})


def schemas_of(model: Any) -> Mapping[str, CoreSchema]:
    """Return pydantic's schema of each field; none where the class needs the general way."""
    core: Mapping[str, Any] = model.__pydantic_core_schema__
    config = core.get("config", {})
    found = core.get("schema", {}).get("fields", {})
    if (
        core["type"] != "model"
        or core["schema"]["type"] != "model-fields"
        or core.get("custom_init")
        or core.get("post_init")
        or model.__new__ is not object.__new__
        or type(model.__pydantic_validator__) is not SchemaValidator  # a plugin is to see all
        or not _CONFIG.issuperset(config)
        or config.get("extra_fields_behavior") == "allow"
        or any("validation_alias" in field for field in found.values())
    ):
        return {}
    schemas = {name: field["schema"] for name, field in found.items()}
    good = all(_is_none_at_first(schema) and _is_simple(schema) for schema in schemas.values())
    return schemas if good else {}


def _is_simple(schema: object) -> bool:
    """Tell whether a schema, and all within it, makes a value of the text alone.

    A program's own validators may look at other fields, or at anything else.
    """
    if isinstance(schema, (list, tuple)):
        return all(map(_is_simple, schema))
    if not isinstance(schema, dict) or "type" not in schema:
        return True
    if schema["type"] == "function-before":
        function = schema["function"]
        if function["type"] != "no-info" or function["function"].__module__ != fields.__name__:
            return False
    elif schema["type"] not in _KINDS:
        return False
    return all(_is_simple(part) for name, part in schema.items() if name != "function")


def _is_none_at_first(schema: Mapping[str, Any]) -> bool:
    return schema.keys() == {"type", "default", "schema"} and schema["default"] is None


def _is_text(schema: Mapping[str, Any]) -> bool:
    """Tell whether every text is taken as it is."""
    match schema["type"]:
        case "default" | "nullable":
            return _is_text(schema["schema"])
        case "str":
            return len(schema) == 1
        case "union":  # the words that a server is known to write, or any other text
            kinds: list[Any] = schema["choices"]
            return len(schema) == 2 and {"type": "str"} in kinds and all(map(_is_words, kinds))
    return False


def _is_words(schema: Mapping[str, Any]) -> bool:
    if schema["type"] == "literal":
        return all(type(word) is str for word in schema["expected"])
    return schema == {"type": "str"}


def entry_of(
    field: str,
    schema: CoreSchema,
    *,
    nothing: frozenset[str],
    words: Mapping[str, str],
    escaped: bool,
    many: Take | None,
) -> Entry | None:
    """Return how a header of this field is taken; None if the value is just the text.

    Args:
        field: The field.
        schema: What pydantic does with its value.
        nothing: The texts that mean that there is no value.
        words: Texts, in lower case, to what pydantic is to read in their place.
        escaped: Whether the text has escapes.
        many: What takes one of the field's texts, if it may have several.
    """
    plain = unescape if escaped else None
    if many is not None:
        return MANY, field, None, _gatherer(field, schema, many, plain)
    if words or not _is_text(schema):
        values: dict[str, Any] = dict.fromkeys(nothing)
        return VALUE, field, values, _valuer(schema, nothing, words, plain, values)
    if nothing == NOTHING and plain is None:
        return None
    return TEXT, field, nothing, plain


def _validator(schema: CoreSchema) -> Callable[[object], Any]:
    validate = SchemaValidator(schema, _CONFIGURED).validate_python

    def value_of(raw: object) -> Any:
        try:
            value = validate(raw)
        except ValidationError:
            return NotImplemented
        return NotImplemented if value is None else value

    return value_of


def _valuer(
    schema: CoreSchema,
    nothing: frozenset[str],
    words: Mapping[str, str],
    plain: Callable[[str], str] | None,
    values: dict[str, Any],
) -> Callable[[str], Any]:
    """Return what gives the value of a text that is not among those kept."""
    validate = _validator(schema)

    def value_of(text: str) -> Any:
        if text in nothing:  # another thread may be about to begin anew
            return None
        raw = words.get(text.lower(), text) if words else text
        value = validate(raw if plain is None else plain(raw))
        if len(text) <= _KEPT_LENGTH and _is_unchanging(value):
            if len(values) >= _KEPT:
                values.clear()
                values.update(dict.fromkeys(nothing))
            values[text] = value
        return value

    return value_of


def _is_unchanging(value: object) -> bool:
    if type(value) is tuple:
        return all(type(part) in _UNCHANGING for part in value)
    return type(value) in _UNCHANGING


def _gatherer(
    field: str, schema: CoreSchema, take: Take, plain: Callable[[str], str] | None
) -> Callable[[list[str]], Any]:
    """Return what gives the value of all texts of a field."""
    validate = _validator(schema)

    def value_of(texts: list[str]) -> Any:
        data: dict[str, list[str]] = {}
        for text in texts:
            take(data, text)
        return validate(data[field] if plain is None else [plain(text) for text in data[field]])

    return value_of
