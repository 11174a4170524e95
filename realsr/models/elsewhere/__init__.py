"""Networks whose code is spandrel's, as rows beside ours: `spandrel/NAME` wherever an architecture is named.

The list (`entries`) costs nothing to import; spandrel itself is loaded when one of them is asked for.
"""
