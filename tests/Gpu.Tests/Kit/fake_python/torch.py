"""As much of torch as hf_llava.py uses: tensors are shapes."""
import contextlib
import types

__version__ = "0.fake"
long = "long"
bfloat16 = "bfloat16"
cuda = types.SimpleNamespace()


class Tensor:
    def __init__(self, *shape):
        self.shape = tuple(shape)


def manual_seed(_):
    pass


def set_default_dtype(dtype):
    assert dtype == bfloat16


def device(_):
    return contextlib.nullcontext()


def inference_mode():
    return contextlib.nullcontext()


def randint(_low, _high, shape, device):
    return Tensor(*shape)


def randn(shape, device):
    return Tensor(*shape)


def ones(shape, dtype, device):
    return Tensor(*shape)


def full(shape, _value, dtype, device):
    return Tensor(*shape)


def ones_like(tensor):
    return Tensor(*tensor.shape)


def cat(tensors, dim):
    assert dim == 1
    return Tensor(tensors[0].shape[0], sum(tensor.shape[1] for tensor in tensors))
