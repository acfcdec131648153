"""`python -m ovoz` is the command line."""

from ovoz.entrypoints.cli import main

if __name__ == "__main__":
    main()
