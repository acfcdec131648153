"""The way of events to the world: written with the business rows by `ovoz.emit`, carried on by the relay."""

from ovoz.lib.outbox.relay import OutboxEvent, Publisher, PublisherUnavailable, Relay

__all__ = ["OutboxEvent", "Publisher", "PublisherUnavailable", "Relay"]
