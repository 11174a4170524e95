"""What is known: the record and the cells of a run, and tables cut from them."""
