"""python -m creditdesk."""

from creditdesk.cli import main

if __name__ == "__main__":
    main()
