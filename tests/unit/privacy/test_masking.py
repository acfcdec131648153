"""Structs behind a lens: marks, levels, ownership, reveals, and that what nobody classified stays hidden."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest

from ovoz.platform.privacy.api import masked
from ovoz.platform.privacy.contracts import (
    Level,
    PersonalName,
    PersonalPhone,
    PersonalText,
    PublicText,
    Subject,
    keyed,
)
from ovoz.platform.privacy.rules.lens import Lens
from ovoz.platform.privacy.rules.plan import plan_of, see
from ovoz.platform.privacy.rules.sight import NOBODY, RoleSight, Sight

ME, OTHER = UUID(int=1), UUID(int=2)


class Party(msgspec.Struct, frozen=True):
    number: PersonalPhone
    name: PersonalName | None
    number_token: PublicText | None = None
    number_pseudonym: PublicText | None = None


class Contact(msgspec.Struct, frozen=True):
    id: str | None
    owner: UUID | None
    party: Party
    others: list[Party]
    note: PersonalText
    state: Literal["open", "closed"]
    params: Annotated[dict[str, Any], keyed({"number": "phone", "queue": "public"})]
    numbers: tuple[PersonalPhone, ...] = ()
    child: "Contact | None" = None

    def personal_subject(self) -> Subject:
        return Subject("contact", "c1", self.owner)


class Page(msgspec.Struct, frozen=True):
    items: list[Contact]


def sight(own: Level, others: Level, **fields: Level) -> Sight:
    kinds = ("phone", "name", "text")
    return Sight([RoleSight(dict.fromkeys(kinds, own), dict.fromkeys(kinds, others), fields, fields)])


def contact(owner: UUID | None = None, **more: Any) -> Contact:
    party = Party("+992930004517", "Сафаров Фаррух")
    params = {"number": "+992930004517", "queue": "Общая", "secret": "ПИН 1234"}
    return Contact(None, owner, party, [party], "позвонить жене", "open", params, ("+992930004517",), **more)


def test_masked_fields_keep_their_shape() -> None:
    shown = see(contact(), Lens(sight("masked", "masked"), ME, token=lambda number: f"t{number[-2:]}"))
    party = Party("+992 •• ••• 45 17", "Сафаров Ф•••••", "t17")
    assert shown.party == party
    assert shown.others == [party]
    assert shown.numbers == ("+992 •• ••• 45 17",)
    assert shown.note == "•••••"
    assert shown.params == {"number": "+992 •• ••• 45 17", "number_token": "t17", "queue": "Общая"}
    msgspec.json.decode(msgspec.json.encode(shown), type=Contact)


def test_hidden_fields_are_empty() -> None:
    shown = see(contact(), Lens(NOBODY, None))
    assert shown.party == Party("", None)
    assert (shown.note, shown.numbers, shown.params) == ("", ("",), {"queue": "Общая"})


def test_a_pseudonym_stands_beside_the_mask() -> None:
    shown = see(contact(), Lens(sight("pseudonym", "pseudonym"), None, pseudonym=lambda _: "same"))
    assert shown.party == Party("+992 •• ••• 45 17", "Сафаров Ф•••••", None, "same")
    assert shown.params["number_pseudonym"] == "same"


def test_what_is_clear_is_not_copied() -> None:
    party = Party("+992930004517", "Сафаров Фаррух")
    assert see(party, Lens(sight("clear", "clear"), ME)) is party


@pytest.mark.parametrize(("owner", "clear"), [(ME, True), (OTHER, False), (None, False)])
def test_ones_own_is_another_level(owner: UUID | None, clear: bool) -> None:
    shown = see(Page([contact(owner)]), Lens(sight("clear", "masked"), ME)).items[0]
    assert (shown.party.name == "Сафаров Фаррух") is clear


def test_somebody_elses_inside_ones_own_is_not_ones_own() -> None:
    shown = see(contact(ME, child=contact(OTHER)), Lens(sight("clear", "masked"), ME))
    assert shown.party.name == "Сафаров Фаррух"
    assert shown.child.party.name == "Сафаров Ф•••••"
    shown = see(contact(OTHER, child=contact(ME)), Lens(sight("clear", "masked"), ME))
    assert shown.party.name == "Сафаров Ф•••••"
    assert shown.child.party.name == "Сафаров Фаррух"


def test_a_reveal_lifts_only_its_kinds_of_its_subject() -> None:
    lens = Lens(sight("masked", "masked"), ME, revealed={("contact", "c1"): {"phone"}})
    shown = see(contact(), lens)
    assert shown.party == Party("+992930004517", "Сафаров Ф•••••")
    assert lens.covered == {("contact", "c1")}
    elsewhere = see(contact(), Lens(sight("masked", "masked"), ME, revealed={("contact", "c2"): {"phone"}}))
    assert elsewhere.party.number == "+992 •• ••• 45 17"


def test_a_field_may_have_a_level_of_its_own() -> None:
    lens = Lens(sight("hidden", "hidden", **{"Contact.note": "clear"}), ME)
    shown = see(contact(), lens)
    assert (shown.note, shown.party.number) == ("позвонить жене", "")


def test_of_several_roles_the_most_permissive_holds() -> None:
    both = Sight(
        [
            RoleSight({"phone": "masked"}, {"phone": "hidden", "name": "clear"}),
            RoleSight({"phone": "hidden"}, {"phone": "pseudonym"}),
        ]
    )
    assert both.level("phone", (), True) == "masked"
    assert both.level("phone", (), False) == "pseudonym"
    assert both.level("name", (), False) == "clear"
    assert both.level("email", (), False) == "hidden"


class Careless(msgspec.Struct, frozen=True):
    state: Literal["open"]
    word: str
    maybe: str | None
    words: list[str]
    free: dict[str, Any]
    any: Any
    either: int | str
    inner: "Inner"


class Inner(msgspec.Struct, frozen=True):
    word: str


def test_what_nobody_classified_is_hidden_from_everyone() -> None:
    careless = Careless("open", "тайна", "тайна", ["тайна"], {"тайна": 1}, "тайна", "тайна", Inner("тайна"))
    shown = see(careless, Lens(sight("clear", "clear"), ME))
    assert shown == Careless("open", "", None, [""], {}, None, "", Inner(""))
    assert plan_of(Careless).unclassified == ["word", "maybe", "words", "free", "free", "any", "either"]
    assert not plan_of(Careless).complete


@pytest.mark.parametrize("value", ["тайна", {"тайна": "тайна"}, b"", 7])
def test_what_is_no_struct_says_nothing_of_itself(value: Any) -> None:
    with pytest.raises(TypeError):
        see([value], Lens(sight("clear", "clear"), ME))


def test_tellers_of_the_audit_get_everything_masked() -> None:
    told = masked(Party("+992930004517", "Сафаров Фаррух"))
    assert told["number"] == "+992 •• ••• 45 17"
    assert told["name"] == "Сафаров Ф•••••"
    assert masked(Inner("тайна")) == {"word": ""}
