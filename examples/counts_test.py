#!/usr/bin/env python3
"""Counts the executions of the right programs anew, without the checker: whence the numbers in BUILD are.

A program is written again, as generators that yield what its threads do to atomics, and a small machine with views tries everything. It
is RC11's for programs such as these, in which who writes a location is always ordered behind who wrote it before (one writer, or
compare-exchanges): so a write is always the last of its location, and what is left to choose is who is next, and which write a read
reads. Two ways to choose are one execution if each read reads from the same write.

View: location -> index of the oldest of its writes that may still be read. Each write carries one, that of its release.
"""

import unittest

# Steps; each gives back what it read.
#   ("load", location, order)            ("await", location, order, wanted): a loop of loads until wanted(value)
#   ("store", location, value, order)    ("exchange", location, value, order)    ("lock", location): 0 becomes 1
#   ("cas", location, expected, new, order), which fails relaxed, or acquire if that is its order
#   ("fence", order)


def join(view, other):
    for location, index in other.items():
        view[location] = max(view.get(location, 0), index)


def writes_after(step, value):
    """Returns: whether a step that reads this writes too."""
    return step[0] in ("exchange", "lock") or step[0] == "cas" and step[2] == value


class Thread:

    def __init__(self, program):
        self.steps = program()
        self.pending = next(self.steps, None)
        self.count = 0
        self.now = {}  # What happened before its next step.
        self.acquired = {}  # What an acquire fence would add.
        self.fenced = {}  # What was before its last release fence.
        self.released = {}  # Location -> what was before its last release of it: C++11's release sequence.


class Machine:
    """An execution as far as it was chosen; a choice is a thread, and the index of the write that its next step reads."""

    def __init__(self, programs, initial, choices):
        self.threads = [Thread(program) for program in programs]
        self.writes = {}  # Location -> list of (value, view, who wrote).
        self.initial = initial
        self.fence_view = {}
        self.reads = []
        self.fences = []
        for number, index in choices:
            self.step(number, index)

    def at(self, location):
        return self.writes.setdefault(location, [(self.initial.get(location, 0), {}, None)])

    def choices(self):
        for number, thread in enumerate(self.threads):
            if thread.pending is None:
                continue
            kind = thread.pending[0]
            if kind in ("fence", "store"):
                yield number, None
                continue
            location = thread.pending[1]
            last = len(self.at(location)) - 1
            for index in range(thread.now.get(location, 0), last + 1):
                value = self.at(location)[index][0]
                if writes_after(thread.pending, value) and index != last:
                    continue
                if kind == "await" and not thread.pending[3](value) or kind == "lock" and value != 0:
                    continue
                yield number, index

    def step(self, number, index):
        thread = self.threads[number]
        step, me = thread.pending, (number, thread.count)
        thread.count += 1
        result = None
        if step[0] == "fence":
            self.fence(thread, step[1], me)
        elif step[0] == "store":
            self.write(thread, step[1], step[2], step[3], {}, me)
        else:
            result = self.read(thread, step, index, me)
        try:
            thread.pending = thread.steps.send(result)
        except StopIteration:
            thread.pending = None

    def read(self, thread, step, index, me):
        location = step[1]
        order = {"load": 2, "await": 2, "exchange": 3, "cas": 4}.get(step[0])
        order = step[order] if order else "acquire"
        value, view, writer = self.at(location)[index]
        self.reads.append((me, writer))
        thread.now[location] = max(thread.now.get(location, 0), index)
        join(thread.acquired, view)
        if order in ("acquire", "acq_rel"):
            join(thread.now, view)
        if writes_after(step, value):
            new = {"exchange": 2, "cas": 3}.get(step[0])
            self.write(thread, location, step[new] if new else 1, order, view, me)
        return value

    def write(self, thread, location, value, order, passed_on, me):
        thread.now[location] = len(self.at(location))
        if order in ("release", "acq_rel"):
            thread.released[location] = dict(thread.now)
        view = {location: thread.now[location]}
        for other in (passed_on, thread.fenced, thread.released.get(location, {})):
            join(view, other)
        self.at(location).append((value, view, me))

    def fence(self, thread, order, me):
        if order in ("acquire", "seq_cst"):
            join(thread.now, thread.acquired)
        if order == "seq_cst":
            join(thread.now, self.fence_view)
            self.fence_view = dict(thread.now)
            self.fences.append(me)
        if order in ("release", "seq_cst"):
            thread.fenced = dict(thread.now)

    def finished(self):
        return all(thread.pending is None for thread in self.threads)

    def execution(self):
        return frozenset(self.reads)

    def state(self):
        return self.execution(), tuple(self.fences), tuple(thread.count for thread in self.threads)


def executions(programs, initial=None):
    """Returns: how many there are in which every thread comes to its end."""
    found, seen, stack = set(), set(), [()]
    while stack:
        choices = stack.pop()
        machine = Machine(programs, initial or {}, choices)
        if machine.state() in seen:
            continue
        seen.add(machine.state())
        if machine.finished():
            found.add(machine.execution())
        stack += [choices + (choice, ) for choice in machine.choices()]
    return len(found)


# The programs. What main does before it creates threads is the initial state; after it has joined them nothing is left to choose.




def treiber_stack():
    # A node is a pair of its value and the node below it, as it is when it is pushed.
    def push(value):
        below = yield "load", "top", "relaxed"
        while True:
            read = yield "cas", "top", below, (value, below), "release"
            if read == below:
                return
            below = read

    def pop():
        node = yield "load", "top", "acquire"
        while node:
            read = yield "cas", "top", node, node[1], "acquire"
            if read == node:
                return
            node = read

    return executions([lambda: chain(push(2), pop()), lambda: chain(pop(), pop())], {"top": (1, None)})


def ms_queue():
    # A node is a number, and its `next` a location; 9 is the first dummy.
    def swing_tail(last, to):
        yield "cas", "tail", last, to, "release"

    def enqueue(node):
        while True:
            last = yield "load", "tail", "acquire"
            following = yield "load", ("next", last), "acquire"
            if following:
                yield from swing_tail(last, following)
            elif (yield "cas", ("next", last), 0, node, "release") == 0:
                yield from swing_tail(last, node)
                return

    def dequeue():
        while True:
            head = yield "load", "head", "acquire"
            last = yield "load", "tail", "relaxed"
            following = yield "load", ("next", head), "acquire"
            if not following:
                return
            if head == last:
                yield from swing_tail(last, following)
            elif (yield "cas", "head", head, following, "release") == head:
                return

    return executions(
        [lambda: chain(enqueue(1), enqueue(2), dequeue()), lambda: chain(dequeue(), enqueue(4), dequeue())],
        {"head": 9, "tail": 9})


def chase_lev():
    def push(element):
        bottom = yield "load", "bottom", "relaxed"
        yield "load", "top", "acquire"
        yield "store", ("slot", bottom), element, "relaxed"
        yield "fence", "release"
        yield "store", "bottom", bottom + 1, "relaxed"

    def take():
        bottom = (yield "load", "bottom", "relaxed") - 1
        yield "store", "bottom", bottom, "relaxed"
        yield "fence", "seq_cst"
        top = yield "load", "top", "relaxed"
        if top <= bottom:
            yield "load", ("slot", bottom), "relaxed"
            if top < bottom:
                return
            yield "cas", "top", top, top + 1, "acq_rel"
        yield "store", "bottom", bottom + 1, "relaxed"

    def steal():
        top = yield "load", "top", "relaxed"
        yield "fence", "seq_cst"
        bottom = yield "load", "bottom", "acquire"
        if top < bottom:
            yield "load", ("slot", top), "relaxed"
            yield "cas", "top", top, top + 1, "acq_rel"

    return executions([lambda: chain(push(1), push(2), take(), take()), lambda: chain(steal(), steal())])


def seqlock():
    def write(value):
        number = yield "load", "number", "relaxed"
        yield "store", "number", number + 1, "relaxed"
        yield "fence", "release"
        yield "store", "x", value, "relaxed"
        yield "store", "y", value, "relaxed"
        yield "store", "number", number + 2, "release"

    def read():
        yield "load", "number", "acquire"
        yield "load", "x", "relaxed"
        yield "load", "y", "relaxed"
        yield "fence", "acquire"
        yield "load", "number", "relaxed"

    return executions([lambda: chain(write(1), write(2)), read])


def mcs_lock():
    def lock_and_unlock(me):
        yield "store", ("next", me), 0, "relaxed"
        yield "store", ("waits", me), 1, "relaxed"
        before = yield "exchange", "tail", me, "acq_rel"
        if before:
            yield "store", ("next", before), me, "release"
            yield "await", ("waits", me), "acquire", lambda waits: waits == 0
        following = yield "load", ("next", me), "acquire"
        if not following:
            if (yield "cas", "tail", me, 0, "release") == me:
                return
            following = yield "await", ("next", me), "acquire", lambda following: following != 0
        yield "store", ("waits", following), 0, "release"

    return executions([lambda me=me: lock_and_unlock(me) for me in (1, 2, 3)])


def rcu_list():
    # Nodes 4 and 2 are there; 1 is inserted and 2 removed.
    def update():
        yield "store", ("next", 1), (yield "load", "first", "relaxed"), "relaxed"
        yield "store", "first", 1, "release"
        node = yield "load", ("next", 1), "relaxed"
        yield "store", ("next", 1), (yield "load", ("next", node), "relaxed"), "relaxed"
        yield "fence", "seq_cst"
        seen = yield "load", "epoch", "acquire"
        if seen % 2:
            yield "await", "epoch", "acquire", lambda epoch: epoch != seen

    def read():
        yield "store", "epoch", 1, "relaxed"
        yield "fence", "seq_cst"
        node = yield "load", "first", "acquire"
        while node:
            node = yield "load", ("next", node), "relaxed"
        yield "store", "epoch", 2, "release"

    return executions([update, read], {"first": 2, ("next", 2): 4})


def double_checked():
    def get():
        if (yield "load", "config", "acquire"):
            return
        yield "lock", "making"
        if not (yield "load", "config", "relaxed"):
            yield "store", "config", 1, "release"
        yield "store", "making", 0, "release"

    return executions([get, get, get])


def chain(*generators):
    for generator in generators:
        yield from generator


class CountsTest(unittest.TestCase):
    """The numbers are those of BUILD."""

    def test_all(self):
        for count, program in (
            (30, treiber_stack), (1479, ms_queue), (90, chase_lev), (71, seqlock), (66, mcs_lock), (7, rcu_list),
            (15, double_checked)
        ):
            with self.subTest(program.__name__):
                self.assertEqual(program(), count)


if __name__ == "__main__":
    unittest.main()
