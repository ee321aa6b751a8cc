"""`python -m cli` is `cashbeat`."""

from cli import app

if __name__ == "__main__":
    app()
