"""How the fields of results are declared: a type, what it says, and its unit."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Family = Literal["autoregressive", "diffusion", "masked", "next-scale", "hybrid", "api"]


class Part(BaseModel):
    """An object of a result. Readers pass over fields that they do not know, so that results may grow."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Sealed(Part):
    """What a result says about the program and the records that made it."""

    version: str = Field(description="of tokencost")
    catalogue_sha256: str = Field(description="of all records together, its first digits")


def means(text: str, unit: str = "", name: str | None = None) -> Any:
    """A field that is always there: what it says, its unit, and its name where that is a word of Python."""
    return Field(alias=name, description=text, json_schema_extra={"unit": unit} if unit else None)


def maybe(text: str, unit: str = "") -> Any:
    """A field that is there only sometimes; it is never null."""
    return Field(default=None, description=text, json_schema_extra={"unit": unit} if unit else None)
