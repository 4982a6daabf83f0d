"""Keeps secrets out of what is shown: errors, representations, pickles, frames of a traceback.

A field whose type is `SecretStr` holds a secret. What a class with such a field is given is shown
by no error of its own, since a secret may stand in the wrong place: under a misspelt keyword, or
as a value of another type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, SecretStr, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError, core_schema

from .fields import parts_of

__all__ = ["HIDDEN", "Discreet", "concealed"]

HIDDEN = "**********"
"""What stands for a secret, and for anything that might be one."""


def concealed(given: object) -> Any:
    """Return a text as a `SecretStr`, which does not show it; a function as it is.

    What is neither becomes None: it might be a secret of the wrong type.
    """
    if callable(given):
        return given
    text = given.get_secret_value() if isinstance(given, SecretStr) else given
    return SecretStr(text) if isinstance(text, str) else None  # SecretStr(None) can be made


def _quiet(name: str) -> Any:
    """Return a class method of pydantic's whose errors show nothing of what it was given."""

    def method(cls: type[Discreet], *given: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        inherited = getattr(super(Discreet, cls), name)
        if not cls._hides_input:
            return inherited(*given, **options)
        try:
            return inherited(*given, **options)
        except ValidationError as error:
            failed = _hidden(error)
        del given, options  # a traceback shows what its frames hold
        raise failed

    return classmethod(wraps(getattr(BaseModel, name).__func__)(method))


class Discreet(BaseModel):
    """A model that may have fields with secrets, and does not give them away."""

    model_config = ConfigDict(defer_build=True)

    _secret_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields that are secrets."""
    _hides_input: ClassVar[bool] = False
    """Whether errors do not show what the class was given."""

    @classmethod
    def __pydantic_init_subclass__(cls, **config: Any) -> None:
        """See which fields are secrets. Classes without any pay nothing from here on."""
        super().__pydantic_init_subclass__(**config)
        fields = cls.model_fields
        cls._secret_fields = frozenset(
            name for name, field in fields.items() if SecretStr in parts_of(field)
        )
        cls._hides_input = cls._hides_input or any(
            name in cls._secret_fields or any(map(_is_discreet, parts_of(field)))
            for name, field in fields.items()
        )
        # A class of the user's with an __init__ of its own keeps it.
        made_by: Any = cls.__init__
        if cls._hides_input and made_by is BaseModel.__init__:
            type.__setattr__(cls, "__init__", _init)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return how the class validates."""
        schema = handler(source)
        if not cls._hides_input:
            return schema
        return core_schema.no_info_wrap_validator_function(_validate, schema)

    if not TYPE_CHECKING:  # the bases' own are what a type checker goes by

        def __setattr__(self, name: str, value: object) -> None:
            """Refuse; pydantic's own error would show the value."""
            if not self._hides_input or name.startswith("_"):
                super().__setattr__(name, value)
                return
            del value
            details = InitErrorDetails(type="frozen_instance", loc=(name,), input=HIDDEN)
            title = type(self).__name__
            raise ValidationError.from_exception_data(title, [details], hide_input=True)

        model_validate = _quiet("model_validate")
        model_validate_json = _quiet("model_validate_json")
        model_validate_strings = _quiet("model_validate_strings")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the model."""
        if update and self._secret_fields:
            secrets = self._secret_fields
            update = {
                name: SecretStr(value) if name in secrets and isinstance(value, str) else value
                for name, value in update.items()
            }
        return super().model_copy(update=update, deep=deep)

    def _holds_secret(self) -> bool:
        return any(vars(self).get(name) is not None for name in self._secret_fields)

    def __reduce_ex__(self, protocol: Any) -> str | tuple[Any, ...]:
        if self._holds_secret():
            raise TypeError(f"{type(self).__name__} cannot be pickled: it holds a secret")
        return super().__reduce_ex__(protocol)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            if name in self._secret_fields and isinstance(value, str):  # it was not validated
                yield name, HIDDEN
            elif value is not None:
                yield name, value

    def __str__(self) -> str:
        return repr(self)


def _is_discreet(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, Discreet) and part._hides_input  # noqa: SLF001


def _init(self: BaseModel, /, **data: Any) -> None:
    """Make the model from keywords; if that fails, no frame of the traceback holds them."""
    __tracebackhide__ = True
    try:
        BaseModel.__init__(self, **data)
    except ValidationError as error:
        failed = error.with_traceback(None)
    else:
        return
    data.clear()
    raise failed


_init.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # it is no __init__ of a user's


def _validate(value: object, handler: Callable[[object], object]) -> object:
    try:
        return handler(value)
    except ValidationError as error:
        failed = _hidden(error)
    raise failed


def _hidden(error: ValidationError) -> ValidationError:
    """Return an error that says the same, but for the input."""
    faults = [_without_input(fault) for fault in error.errors()]
    return ValidationError.from_exception_data(error.title, faults, hide_input=True)


def _without_input(fault: Mapping[str, Any]) -> InitErrorDetails:
    context = fault.get("ctx")
    if context and isinstance(raised := context.get("error"), Exception):
        # The exception of a validator: its traceback holds the value.
        context = {**context, "error": type(raised)(*raised.args)}
    details: dict[str, Any] = {"type": fault["type"], "loc": fault["loc"], "input": HIDDEN}
    try:
        PydanticKnownError(fault["type"], context)
    except KeyError:
        details["type"] = PydanticCustomError(fault["type"], fault["msg"], context)
    else:
        if context:
            details["ctx"] = context
    return cast("InitErrorDetails", details)
