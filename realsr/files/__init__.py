"""Writing files whole, one lock a folder, and what can go wrong with storage: everybody's ground."""
