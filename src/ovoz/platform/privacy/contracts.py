"""How a struct says which of its fields are personal."""

from typing import Annotated, Literal

from msgspec import Meta

Kind = Literal["phone", "name", "email", "text"]
"""Number of a person; their name; their address; free words in which anything may stand."""

PersonalPhone = Annotated[str, Meta(extra={"personal": "phone"})]
PersonalName = Annotated[str, Meta(extra={"personal": "name"})]
PersonalEmail = Annotated[str, Meta(extra={"personal": "email"})]
PersonalText = Annotated[str, Meta(extra={"personal": "text"})]
