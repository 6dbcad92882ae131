"""What every part of a spec has in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Record(BaseModel):
    """A part of a spec: an unknown key is an error, and nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)


class AtLeastOne(Record):
    """A part in which every key may be left out, but not all of them."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="before")
    @classmethod
    def _something(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and not raw:
            raise ValueError(f"nothing stands here; write at least one of {', '.join(cls.model_fields)}")
        return raw
