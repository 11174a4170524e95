"""What the commands do, once their options are read: the call of the library, its summary, its exit code."""
