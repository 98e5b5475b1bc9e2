"""Django's SQLite backend with the limits of the library that is really there."""
