"""The command line: `main` assembles `commands`, each of which calls one of `actions`.

Nothing here is imported by the rest.
"""
