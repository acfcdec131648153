"""Where objects are kept: the file system now; another adapter has to pass `tests/contract/test_object_storage.py`."""
