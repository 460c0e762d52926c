"""Filters on the attributes of files: comparisons, joined by `and` and `or`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

Value = StrictBool | StrictInt | StrictFloat | StrictStr
_ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class ComparisonFilter(BaseModel):
    """One attribute compared with a value, or looked for in a list of values."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: str
    value: Value | list[Value]

    @model_validator(mode="after")
    def _value_fits(self) -> ComparisonFilter:
        if isinstance(self.value, list) is not (self.type in ("in", "nin")):
            raise ValueError('"in" and "nin" take a list of values, the others one value')
        return self

    def matches(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a file with these attributes is wanted. One without the key differs from all."""
        own = attributes.get(self.key)
        if isinstance(self.value, list):
            return any(_same(own, value) for value in self.value) is (self.type == "in")
        if self.type in ("eq", "ne"):
            return _same(own, self.value) is (self.type == "eq")
        return _comparable(own, self.value) and _ORDERED[self.type](own, self.value)


class CompoundFilter(BaseModel):
    """Filters of which all, or any, must match."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    type: Literal["and", "or"]
    filters: list[AttributeFilter]

    def matches(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a file with these attributes is wanted."""
        joined = all if self.type == "and" else any
        return joined(each.matches(attributes) for each in self.filters)


AttributeFilter = Annotated[ComparisonFilter | CompoundFilter, Field(discriminator="type")]


def _same(left: Any, right: Any) -> bool:
    """Equality in which True is not 1."""
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _comparable(left: Any, right: Any) -> bool:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers or (isinstance(left, str) and isinstance(right, str))
