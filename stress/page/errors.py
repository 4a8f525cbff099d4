"""What a user can mend: one line that says where, what is wrong, and the mend."""


import os


class InputError(Exception):
    """Its text is `WHERE: WHAT. MEND`; whoever catches it prints that and nothing else."""

    def __init__(self, where, what, mend):
        super().__init__(one_line(f"{where}: {what}. {mend}"))


def check_regular(path, mend):
    """Fails: if something else than a file is there: a device or a pipe may never end, and is not to be replaced."""
    if os.path.exists(path) and not os.path.isfile(path):
        what = "this is a folder" if os.path.isdir(path) else "this is no regular file"
        raise InputError(path, what, mend)


def one_line(text):
    """Returns: the text without anything that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
