"""What the audit says in the place of personal values."""

from ovoz.platform.people.rules import masked_email, masked_name


def test_what_the_audit_says_of_a_person_names_nobody() -> None:
    assert masked_email("madina@somon.example") == "m…@somon.example"
    assert masked_name("Мадина  Рахимова") == "М. Р."
