"""HTML as a tree, so that no text of anybody else's can become structure: what is put in as text comes out as text.

Characters that are no text (controls, halves of surrogate pairs, marks that turn the direction of what follows) are
written as their escapes, so that a reader sees them and a browser does not obey them.
"""

import unicodedata
import xml.etree.ElementTree


def element(tag, *children, **attributes):
    """Returns: an element. A child is an element, text, a list, or None; `class_` means class, `data_x` data-x."""
    made = xml.etree.ElementTree.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(name.rstrip("_").replace("_", "-"), visible(str(value)))
    append(made, children)
    return made


def append(parent, children):
    for child in children:
        if isinstance(child, (list, tuple)):
            append(parent, child)
        elif isinstance(child, xml.etree.ElementTree.Element):
            parent.append(child)
        elif child is not None and len(parent):
            parent[-1].tail = (parent[-1].tail or "") + visible(str(child))
        elif child is not None:
            parent.text = (parent.text or "") + visible(str(child))


def visible(text):
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") else ascii(c)[1:-1]
        for c in text
    )


def table(caption, heads, rows, class_=None):
    """Returns: a table that scrolls sideways where it is too wide. A row is a list of cells; numbers stand to the right.

    Requires: there is a row, and all are alike.
    """

    def cell(value):
        if isinstance(value, (int, float)):
            return element(
                "td",
                f"{value:,}" if isinstance(value, int) else f"{value:,.{1 if value < 1000 else 0}f}",
                class_="number",
            )
        return element("td", value)

    kinds = ["number" if isinstance(value, (int, float)) else None for value in rows[0]]
    head = element("tr", [element("th", text, scope="col", class_=kind) for text, kind in zip(heads, kinds)])
    body = [element("tr", element("th", row[0], scope="row"), [cell(value) for value in row[1:]]) for row in rows]
    made = element("table", element("caption", caption), element("thead", head), element("tbody", body), class_=class_)
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label=f"{caption}, scrolls sideways")


def document(root):
    """Returns: the text of a whole page."""
    return "<!DOCTYPE html>\n" + xml.etree.ElementTree.tostring(root, encoding="unicode", method="html") + "\n"
