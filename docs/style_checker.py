#!/usr/bin/env python3
"""Checks the sources against docs/STYLE.md.

    docs/style_checker.py FILE_AT_THE_ROOT        prints `path:line: what is wrong` per violation; exit code 1 if there is one

Reads text, not C++: it knows comments, strings and braces, which is enough because clang-format fixes the rest of the
shape. What needs the compiler (undeclared dependencies, lock annotations) is held by `bazel build --config=clang`.
"""

import os
import re
import sys

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
HEADER_COMMENT_LINES_MIN = 2

CODE = (".cc", ".h")
TEXT = CODE + (".bzl", ".sh", ".py", "BUILD")
# These write out what they forbid.
ABOUT_STYLE = ("docs/style_checker.py", "docs/style_checker_test.py")

STANDARD_SYNC = {
    "atomic", "barrier", "condition_variable", "future", "latch", "mutex", "semaphore", "shared_mutex",
    "stop_token", "thread"
}
ENGINE = ("graph", "memory_model", "scheduler", "exploration", "report")
ENGINE_MAY_SEE_OF_CORE = ("core/sync/hooks.h", "core/sync/order.h", "core/base/")
# A folder of core/ sees only folders of a lower level.
CORE_LEVEL = {
    "base": 0, "sync": 1, "history": 1, "mm": 2, "rmap": 3, "vmops": 4, "ksm": 5, "spf": 5, "scripts": 6, "scenarios": 7
}
TWO_BACKENDS = ("core/mm/", "core/rmap/", "core/vmops/", "core/ksm/", "core/spf/", "core/scripts/", "core/scenarios/")
# Data in these folders, one for both back ends: without extension, or a folder. They see nothing that there are two of.
ONE_FOR_BOTH = tuple(f"core/scripts/{name}" for name in (
    "observer", "oracle", "phase_use", "possible", "script", "script_text", "values", "testing/"))

# In files below the first, no include may begin with one of the second, because of the third.
NEVER_INCLUDES = [
    ("core/", ("models/", "stress/", "litmus/", "cli/"), "the core does not know who watches it"),
    ("models/graph/", tuple(f"models/{f}/" for f in ENGINE if f != "graph"), "the graph is data"),
    ("models/memory_model/", ("models/scheduler/", "models/exploration/", "models/report/"),
     "a memory model is a function of a graph"),
    ("models/scheduler/", ("models/memory_model/", "models/exploration/"),
     "the scheduler asks an interface that the exploration implements"),
    ("models/report/", ("models/scheduler/", "models/exploration/", "models/memory_model/"),
     "a report renders a graph and numbers"),
    ("stress/", ("models/", "core/sync/hooks.h", "core/sync/modelled.h"), "stress runs real threads only"),
    ("litmus/", ("core/rmap/", ), "litmus programs are about memory models alone"),
    ("examples/", ("core/", "models/", "stress/", "litmus/", "cli/"), "examples are other people's programs"),
]


class SourceFile:
    """A file of the tree: its path from the root, its lines, and the same lines without comments and strings."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.code = blank_comments_and_strings(text).split("\n") if self.is_code() else []

    def is_code(self):
        return self.path.endswith(CODE)

    def is_test(self):
        return "/testing/" in self.path or os.path.splitext(self.path)[0].endswith(
            ("_test", "_benchmark")
        )

    def includes(self):
        """Yields (line number, path)."""
        for number, line in enumerate(self.lines, 1):
            match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if match:
                yield number, match.group(1)


BLANKED = re.compile(
    r'R"(?P<delimiter>[^(\s]*)\(.*?\)(?P=delimiter)"'  # Raw string.
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # Not the separator in 1'000.
    r'|//(?:[^\n\\]|\\.)*|/\*.*?\*/'
    r'|^[ \t]*#(?:\\\n|//[^\n]*|[^\n])*',  # Preprocessor line, continued ones included.
    re.DOTALL | re.MULTILINE)


def blank_comments_and_strings(text):
    """Returns: the text with all that is not code replaced by spaces, line breaks kept; access labels too."""
    text = BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    return re.sub(r"^ *(public|protected|private):", "", text, flags=re.MULTILINE)


# The rules. Each is given a file and yields (line number, what is wrong).


def check_columns(file):
    for number, line in enumerate(file.lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, more than {COLUMNS_MAX}"


def check_file_length(file):
    if len(file.lines) > FILE_LINES_MAX:
        yield len(file.lines), f"{len(file.lines)} lines, more than {FILE_LINES_MAX}: split the file"


def check_header_comment(file):
    comment = 0
    while comment < len(file.lines) and file.lines[comment].startswith("//"):
        comment += 1
    if comment < HEADER_COMMENT_LINES_MIN:
        yield 1, f"begins without a comment of {HEADER_COMMENT_LINES_MIN} lines saying what the file is"


def check_leftovers(file):
    for number, line in enumerate(file.lines, 1):
        for word in re.findall(r"\b(?:FIXME|XXX|TODO(?!\())\b", line):
            yield number, f"{word}: write TODO(document or test): what would be true"


def check_function_length(file):
    for first, last in functions(file.code):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield first, f"function of {last - first + 1} lines, more than {FUNCTION_LINES_MAX}"


def functions(code):
    """Yields (first line, last line) of each outermost function, its signature included.

    A `{` outside of functions opens a scope (namespace, class), a braced initialiser, or a function. Google style tells
    them apart: an initialiser's brace touches the name before it or follows `=`, a function's does not, and only a
    function's head has a parameter list.
    """
    kinds, function_starts, parentheses = [], [], 0
    head, head_line = "", None
    for number, line in enumerate(code, 1):
        for character in line + "\n":
            if head_line is None and not character.isspace():
                head_line = number
            if "function" in kinds or "initialiser" in kinds:
                if character == "{":
                    kinds.append("nested")
                elif character == "}" and kinds.pop() == "function":
                    yield function_starts.pop(), number
                    head, head_line = "", None
                continue
            parentheses += (character == "(") - (character == ")")
            if parentheses == 0 and character in "{};":
                kind = brace_kind(head) if character == "{" else None
                kinds += [kind] if kind else []
                if character == "}" and kinds:
                    kinds.pop()
                if kind == "function":
                    function_starts.append(head_line)
                if kind != "initialiser":
                    head, head_line = "", None
            else:
                head += character


def brace_kind(head):
    """Returns: what a `{` opens that follows this text, outside of functions."""
    if re.search(r"(=\s*|[\w>\]])$", head):
        return "initialiser"
    if re.match(r"\s*(template\s*<.*>\s*)?(inline\s+)?(namespace|class|struct|union|enum)\b[^()]*(\(.*\))?[^()]*$",
                head, re.DOTALL) and not re.search(r"\)\s*(const|noexcept|override|final)?\s*$", head):
        return "scope"
    return "function" if "(" in head else "scope"


def check_includes(file):
    for number, include in file.includes():
        for folder, banned, reason in NEVER_INCLUDES:
            if file.path.startswith(folder) and include.startswith(banned):
                yield number, f"{folder} must not include {include}: {reason}"
        yield from ((number, wrong) for wrong in include_in_core(file, include))
        if file.path.startswith(tuple(f"models/{folder}/" for folder in ENGINE)):
            if include.startswith("core/") and not include.startswith(ENGINE_MAY_SEE_OF_CORE):
                yield number, f"the engine must not include {include}: it sees the core's hooks alone"
        if "/testing/" in include and not file.is_test():
            yield number, f"only tests may include {include}"


def include_in_core(file, include):
    """Yields what is wrong with an include of a file in core/."""
    parts = file.path.split("/")
    if parts[0] != "core":
        return
    if parts[1] != "sync" and (include in STANDARD_SYNC or include.startswith("absl/synchronization/")):
        yield f"core/ outside core/sync must not include <{include}>: the checker cannot see it; use core/sync/sync.h"
    other = include.split("/")
    if other[0] != "core" or other[1] == parts[1] or file.is_test():
        return
    if CORE_LEVEL.get(other[1], 99) >= CORE_LEVEL.get(parts[1], 99):
        yield f"core/{parts[1]} must not include {include}: it is not on a lower level"


def is_one_for_both(path):
    return any(path.startswith(one) if one.endswith("/") else os.path.splitext(path)[0] == one for one in ONE_FOR_BOTH)


def check_one_for_both(file):
    if not is_one_for_both(file.path):
        return
    for number, include in file.includes():
        if include.startswith(TWO_BACKENDS + ("core/sync/", )) and not is_one_for_both(include):
            yield number, f"a file that is one for both back ends must not include {include}: there are two of it"


def check_namespace(file):
    if not file.path.startswith(TWO_BACKENDS) or is_one_for_both(file.path) or file.path.endswith("_test.cc"):
        return
    depth = 0  # Of braces; 0 is outside of every namespace.
    for number, line in enumerate(file.code, 1):
        namespace = re.match(r"(inline )?namespace\b *(?P<name>[^{]*)", line) if depth == 0 else None
        if namespace:
            # A namespace without a name is the file's own, and so each back end's own.
            if not re.match(r"(rmap::inline KSYNC_BACKEND(::\w+)* *)?$", namespace.group("name")):
                yield number, "the namespace must be `namespace rmap::inline KSYNC_BACKEND`, or the back ends mix"
        elif depth == 0 and re.match(r"(class|struct|enum|union|template <[^>])", line):
            yield number, "a type outside `namespace rmap::inline KSYNC_BACKEND` would be one for both back ends"
        depth += line.count("{") - line.count("}")


CODE_RULES = (check_columns, check_file_length, check_header_comment, check_function_length, check_includes,
              check_namespace, check_one_for_both)


def tree_files(root):
    """Yields the paths of the files a rule may concern; neither hidden folders nor Bazel's links are entered."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "bazel-")))
        for name in sorted(names):
            if name.endswith(TEXT):
                yield os.path.relpath(os.path.join(folder, name), root)


def violations(root):
    """Yields one line of text per violation in the tree."""
    folders_with_code = set()
    for path in tree_files(root):
        file = SourceFile(root, path)
        rules = CODE_RULES if file.is_code() else ()
        if path not in ABOUT_STYLE:
            rules += (check_leftovers, )
        for rule in rules:
            for number, wrong in rule(file):
                yield f"{path}:{number}: {wrong}"
        if file.is_code():
            folders_with_code.add(os.path.dirname(path))
    for folder in sorted(folders_with_code):
        if not os.path.exists(os.path.join(root, folder, "README.md")):
            yield f"{folder}: has no README.md saying what lives here and what never does"


def main():
    # Under Bazel the file is a link from the runfiles into the tree.
    root = os.path.dirname(os.path.realpath(sys.argv[1]))
    found = list(violations(root))
    for violation in found:
        print(violation)
    if found:
        sys.exit(f"{len(found)} violations of docs/STYLE.md in {root}")


if __name__ == "__main__":
    main()
