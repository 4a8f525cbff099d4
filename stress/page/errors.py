"""What a user can mend: one line that says where, what is wrong, and the mend."""


class InputError(Exception):
    """Its text is `WHERE: WHAT. MEND`; whoever catches it prints that and nothing else."""

    def __init__(self, where, what, mend):
        super().__init__(one_line(f"{where}: {what}. {mend}"))


def one_line(text):
    """Returns: the text without anything that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
