"""The history: a file of JSON lines, one record each (records.py), oldest first.

Invariants:
  1. A record is in it once, however often its file is given (`identity`).
  2. Whoever reads sees all of a writing or nothing of it: a new file is written beside the old one, made durable, and
     takes its place.
  3. Two who write at once come after one another, by a lock on a file beside. So neither loses what the other adds.

A line without its end is torn: something else than this program wrote, or a copy was cut. It is left out, with a message;
what is wrong anywhere else is the user's to mend, because dropping it would lose a run.
"""

import contextlib
import fcntl
import json
import os
import tempfile

import records
from errors import InputError, check_regular


def add(path, new):
    """Adds to the history those records that it does not have.

    Returns: (all records, how many were added, a message or None). Fails: InputError; then the file is as it was.
    """
    check_regular(path, "Name another file with --history=FILE")
    try:
        with locked(path):
            old, message = read(path)
            known = {records.identity(record) for record in old}
            added = []
            for record in new:
                if records.identity(record) not in known:
                    known.add(records.identity(record))
                    added.append(record)
            # Sorting is stable, and keeps what began at once in the order in which it came.
            everything = sorted(old + added, key=records.started)
            if added or message:
                replace(path, "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in everything))
            return everything, len(added), message
    except OSError as error:
        raise InputError(
            path, f"the history cannot be written ({error.strerror})", "Name another file with --history=FILE"
        ) from None


def read(path):
    """Returns: (records, a message or None)."""
    if not os.path.exists(path):
        return [], None
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    found, message = [], None
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        is_last = number == len(lines)
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            if is_last:
                message = (
                    f"{where}: the last line is torn, and was left out. Give the run.json it was made of once more"
                )
                continue
            raise InputError(where, f"this line is no JSON ({error})", "Mend the line, or remove it") from None
        records.check_record(record, where, "Mend the line, or remove it")
        found.append(record)
    return found, message


def replace(path, content):
    """Puts a whole file in the place of another, or leaves that as it was. Requires: nothing else is there."""
    path = os.path.realpath(path)  # Or a link would be replaced, and not the file behind it.
    descriptor, temporary = tempfile.mkstemp(prefix=os.path.basename(path) + ".", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A temporary file is its owner's alone; this one is for whoever may read what the user makes.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def locked(path):
    with open(path + ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
