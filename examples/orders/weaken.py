#!/usr/bin/env python3
"""Writes a program with one memory order weakened.

    weaken.py SOURCE WHICH OF FROM TO        to standard output: the WHICH-th (from 1) of the source's OF orders that are not
                                             relaxed, which is FROM, is TO

Comments do not count. A source with another number of orders, or with another one there, is refused: then the list in BUILD is old.
"""

import re
import sys


def main():
    path, which, of, old, new = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    code = re.sub(r"//[^\n]*", lambda comment: " " * len(comment[0]), text)
    orders = [order for order in re.finditer(r"memory_order_(\w+)", code) if order[1] != "relaxed"]
    if len(orders) != int(of):
        sys.exit(f"{path}: has {len(orders)} orders that are not relaxed, and not {of}")
    order = orders[int(which) - 1]
    if order[1] != old:
        sys.exit(f"{path}: order {which} is {order[1]}, and not {old}")
    sys.stdout.write(text[:order.start(1)] + new + text[order.end(1):])


if __name__ == "__main__":
    main()
