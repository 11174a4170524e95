"""What stands in a page and is no address that it asks for."""

SVG = "http://www.w3.org/2000/svg"
"""The name of SVG's elements, which scripts need to make one."""
