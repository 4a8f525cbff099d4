"""One source, two back ends: compiles a library of core/ once for real threads and once for the checker.

    two_backend_library(
        name = "anon_vma",
        srcs = ["anon_vma.cc"],
        hdrs = ["anon_vma.h"],
        two_backend_deps = ["//core/mm:vma"],
    )

makes `:anon_vma` over //core/sync:native and //core/mm:vma, and `:anon_vma_modelled` over //core/sync:modelled and
//core/mm:vma_modelled. The two sync libraries each define the macro by which core/sync/sync.h chooses, and everything
lives in `namespace rmap::inline KSYNC_BACKEND`: both flavours link into one binary, and a mix does not build.
"""

_SYNC = "//core/sync:"
_FLAVOURS = {
    "native": "",
    "modelled": "_modelled",
}

def _flavoured(label, suffix):
    """The label's twin: `//core/mm` is `//core/mm:mm`, whose modelled twin is `//core/mm:mm_modelled`."""
    if ":" not in label:
        label += ":" + label.split("/")[-1]
    return label + suffix

def two_backend_library(name, two_backend_deps = [], deps = [], **kwargs):
    """A cc_library in both flavours.

    Args:
      name: of the native flavour; the modelled one is called name + "_modelled".
      two_backend_deps: libraries made by this macro; each flavour depends on their same flavour.
      deps: libraries that do not synchronise, shared by both flavours.
      **kwargs: as of cc_library, given to both.
    """
    for backend, suffix in _FLAVOURS.items():
        native.cc_library(
            name = name + suffix,
            deps = deps + [_SYNC + backend] + [_flavoured(dep, suffix) for dep in two_backend_deps],
            **kwargs
        )
