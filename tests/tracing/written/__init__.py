"""A package as an author might write it, with faults in it."""
