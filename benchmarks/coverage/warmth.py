"""What every forked process would else do for itself: imports, and the first operation on meta."""

from __future__ import annotations

import importlib.util
import logging
import warnings

import torch

__all__ = ["prepare"]


def prepare() -> None:
    """Import what is needed before forking, with one thread: threads do not survive a fork."""
    torch.set_num_threads(1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    _declare_torchvision()
    import torchview_docs.tracing.ladder

    if importlib.util.find_spec("torchview"):
        import torchview  # noqa: F401
    # The first one imports torch._dynamo.
    torch.ones(1, device="meta") + torch.ones(1, device="meta")
    assert torchview_docs.tracing.ladder


def _declare_torchvision() -> None:
    """Torchvision's two schemas, where its extension was built for another torch and does not load."""
    if importlib.util.find_spec("torchvision") is None:
        return
    try:
        import torchvision
    except RuntimeError:
        import sys

        for name in [n for n in sys.modules if n.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        _LIBRARY.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _LIBRARY.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision  # noqa: F401


#: Declarations live as long as it does.
_LIBRARY = torch.library.Library("torchvision", "FRAGMENT")
