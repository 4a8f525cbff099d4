"""HTML as a tree, so that no text of anybody else's can become part of its structure: what is put in as text comes out as text.

Characters that are no text (controls, halves of surrogate pairs, marks that turn the direction of what follows) are written as
their escapes, so that a reader sees them and a browser does not obey them.
"""

import unicodedata
import xml.etree.ElementTree


def element(tag, *children, **attributes):
    """Returns: an element. A child is an element, text, a list of children, or None; `class_` means class, `data_x` data-x."""
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
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") else ascii(c)[1:-1] for c in text)


def document(root):
    """Returns: the text of a whole page."""
    return "<!DOCTYPE html>\n" + xml.etree.ElementTree.tostring(root, encoding="unicode", method="html") + "\n"
