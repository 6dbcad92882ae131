"""The base of every record that is read from a file."""


class Noun:
    """An unknown key is an error; records are compared by value and never change."""

    __slots__ = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
