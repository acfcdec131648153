"""For every test: a property is held by its cases, not by how fast a busy machine tries them."""

from hypothesis import settings

settings.register_profile("ovoz", deadline=None)
settings.load_profile("ovoz")
