"""What kind of function torch hands over: what it does with data, shapes and devices.

Known by name: torch has no machine-readable list of these, and asking each schema at run time
would miss the Python functions.
"""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import Any

from torchview_docs.in_place import is_in_place

__all__ = ["Kind", "kind_of", "short_name"]


class Kind(enum.Enum):
    """What a function does."""

    ORDINARY = "computes new tensors from its arguments"
    METADATA = "tells or sets what needs no data: a size, a flag"
    VALUE = "turns data into Python values, or into a shape that depends on data"
    VIEW = "gives a view of its first argument, or a copy where it must"
    GETITEM = "indexes"
    SETITEM = "writes through an index"
    INPLACE = "changes its first argument"
    RESTRIDE = "changes shape or strides of its first argument, not data"
    SET_DATA = "gives its first argument another storage"
    FACTORY = "makes a tensor from Python values"
    LIKE = "makes a tensor of the shape of another"
    NEW = "makes a tensor of the dtype of another"
    MOVE = "changes device or dtype"
    DEVICE = "tells where data is"
    FORMAT = "turns a tensor into text"
    COPY = "copies a tensor as copy.deepcopy does"

    #: Whether data of the first argument changes.
    writes: bool

    def __init__(self, _about: str) -> None:
        # An attribute, for it is asked for at every operation: a set of members would hash them in Python.
        self.writes = self.name in ("SETITEM", "INPLACE", "RESTRIDE", "SET_DATA")


_NAMES: dict[Kind, str] = {
    Kind.METADATA: """
        size dim ndimension numel nelement stride storage_offset element_size is_floating_point
        is_complex is_contiguous is_signed is_conj is_neg is_inference data_ptr const_data_ptr
        get_device untyped_storage storage storage_type __len__ __hash__ has_names is_pinned
        is_shared is_same_size is_set_to is_coalesced is_distributed sparse_dim dense_dim
        register_hook register_post_accumulate_grad_hook retain_grad requires_grad_ dim_order
        result_type can_cast promote_types is_storage is_tensor module_load __dir__ backward
        __dlpack_device__ __reduce_ex__ __setstate__ share_memory_ _is_view
        _nested_tensor_size __cuda_array_interface__ broadcast_shapes""",
    Kind.VALUE: """
        item tolist numpy __bool__ __float__ __int__ __index__ __complex__ __contains__ is_nonzero equal
        allclose __array__ nonzero argwhere unique unique_consecutive _unique2 masked_select bincount
        __dlpack__ nonzero_static""",
    Kind.VIEW: """
        view view_as reshape reshape_as transpose t permute expand expand_as broadcast_to squeeze unsqueeze
        flatten unflatten narrow select chunk split split_with_sizes unsafe_chunk unsafe_split tensor_split
        hsplit vsplit dsplit unbind swapaxes swapdims movedim moveaxis detach diagonal unfold as_strided
        contiguous ravel alias view_as_real view_as_complex adjoint atleast_1d atleast_2d atleast_3d
        conj resolve_conj resolve_neg slice_copy values indices""",
    Kind.GETITEM: "__getitem__",
    Kind.SETITEM: "__setitem__",
    Kind.RESTRIDE: "t_ transpose_ unsqueeze_ squeeze_ swapaxes_ swapdims_ resize_ resize_as_ detach_ "
    "as_strided_ rename_",
    Kind.SET_DATA: "set_",
    Kind.FACTORY: """
        zeros ones empty full rand randn randint randperm arange range linspace logspace eye tensor as_tensor
        asarray empty_strided scalar_tensor tril_indices triu_indices hann_window hamming_window
        blackman_window bartlett_window kaiser_window from_numpy frombuffer
        empty_permuted fft_fftfreq fft_rfftfreq""",
    Kind.LIKE: "zeros_like ones_like empty_like full_like rand_like randn_like randint_like",
    Kind.NEW: "new_zeros new_ones new_full new_empty new_tensor new_empty_strided new",
    Kind.MOVE: "to cuda cpu xpu type type_as pin_memory",
    Kind.COPY: "__deepcopy__",
    Kind.FORMAT: "__repr__ __str__ __format__",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_VIEW_ATTRIBUTES = frozenset({"T", "mT", "H", "mH", "data", "real", "imag"})


def short_name(function: Any) -> str:
    """The last part of its name: `add`, `T`, `__getitem__`."""
    name = getattr(function, "__name__", None) or type(function).__name__
    if name in ("__get__", "__set__"):
        return getattr(getattr(function, "__self__", None), "__name__", name)
    # An overload of a torch.ops operator is called `add.Tensor`.
    return str(name).split(".")[0]


@lru_cache(maxsize=4096)
def kind_of(function: Any) -> Kind:
    """The kind of a function."""
    name = getattr(function, "__name__", "")
    if name == "__get__":
        if short_name(function) in ("device", "is_meta"):
            return Kind.DEVICE
        return Kind.VIEW if short_name(function) in _VIEW_ATTRIBUTES else Kind.METADATA
    if name == "__set__":
        return Kind.SET_DATA if short_name(function) == "data" else Kind.METADATA
    name = short_name(function)
    kind = _KINDS.get(name)
    if kind is not None:
        return kind
    return Kind.INPLACE if is_in_place(name) else Kind.ORDINARY
