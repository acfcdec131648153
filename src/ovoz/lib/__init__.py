"""What every module may use; no business words live here."""
