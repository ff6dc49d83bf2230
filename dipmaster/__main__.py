"""`python -m dipmaster`: the command line."""

from dipmaster.cli.app import app

if __name__ == "__main__":
    app(prog_name="dipmaster")
