"""What JPEG did to a picture: from the tables of its file, or from its pixels."""
