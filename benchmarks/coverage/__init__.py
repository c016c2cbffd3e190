"""How many networks of well-known packages run, and how many of those are drawn, and by whom."""
