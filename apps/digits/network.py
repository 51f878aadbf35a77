"""The network: its layers, its stored parameters, and what it computes in float32 and in integers.

An array of pixels has the axes image, row, column, channel; weights have filter, row, column, channel, those of a dense layer output, input.
The integers are TFLite's: int8 with a zero point per tensor, weights with a scale per filter, int32 sums,
MultiplyByQuantizedMultiplier with two roundings.
"""
import dataclasses
import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent
MODEL_FILE = "model.npz"
IMAGES_FILE = "test_images.npz"
BRIGHTEST = 16  # pixels of the data set are 0 to 16


@dataclasses.dataclass(frozen=True)
class Layer:
    name: str
    kind: str  # conv (3 x 3, padded by 1), pool (maximum of 2 x 2) or dense
    size: int  # width and height of the input
    channels: int
    filters: int
    relu: bool = True

    @property
    def length(self):
        """Products per sum."""
        return self.channels * (9 if self.kind == "conv" else 1)

    @property
    def has_weights(self):
        return self.kind != "pool"


LAYERS = (Layer("conv1", "conv", 8, 1, 8), Layer("pool1", "pool", 8, 8, 8),
          Layer("conv2", "conv", 4, 8, 16), Layer("pool2", "pool", 4, 16, 16),
          Layer("fc1", "dense", 1, 64, 32), Layer("fc2", "dense", 1, 32, 10, relu=False))


def patches(pixels, outside):
    """The 3 x 3 neighbours of each pixel: axes image, row, column, then row of the kernel, its column and channel as one."""
    count, height, width, _ = pixels.shape
    padded = np.pad(pixels, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=outside)
    return np.concatenate([padded[:, j:j + height, i:i + width] for j in range(3) for i in range(3)], axis=3)


def windows(pixels):
    """The four pixels of each 2 x 2 window: axes image, row, column, channel, pixel."""
    count, height, width, channels = pixels.shape
    apart = pixels.reshape(count, height // 2, 2, width // 2, 2, channels)
    return apart.transpose(0, 1, 3, 5, 2, 4).reshape(count, height // 2, width // 2, channels, 4)


def rows_of(layer, data, outside=0):
    """What the sums of a layer go over: a matrix of one row per sum and filter."""
    return (patches(data, outside) if layer.kind == "conv" else data).reshape(-1, layer.length)


def shape_of(layer, count):
    """Of the output of a layer with weights."""
    return (count, layer.size, layer.size, layer.filters) if layer.kind == "conv" else (count, layer.filters)


def product(a, b):
    """a @ b, each sum in the order of its elements: the same bits on every machine, which libraries of matrix products do not promise."""
    total = a[:, :1] * b[:1]
    for inner in range(1, a.shape[1]):
        total += a[:, inner:inner + 1] * b[inner:inner + 1]
    return total


def float_outputs(parameters, images):
    """The output of every layer, by name."""
    outputs = {}
    data = images[..., None].astype(np.float32) / BRIGHTEST
    for layer in LAYERS:
        if layer.kind == "pool":
            data = windows(data).max(axis=4)
        else:
            if layer.kind == "dense":
                data = data.reshape(len(data), -1)
            weights, bias = parameters[layer.name]
            sums = product(rows_of(layer, data), weights.reshape(layer.filters, -1).T) + bias
            data = (np.maximum(sums, 0) if layer.relu else sums).reshape(shape_of(layer, len(data)))
        outputs[layer.name] = data
    return outputs


def rescale(sums, multiplier, shift):
    """MultiplyByQuantizedMultiplier as gemmlowp defines it; `sums` has int64 with the values of int32."""
    scaled = sums << np.maximum(shift, 0)
    product = scaled * multiplier
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    high = np.sign(nudged) * (np.abs(nudged) >> 31)  # division by 2^31 rounds to zero
    right = np.maximum(-shift, 0)
    half = (1 << right) >> 1
    return np.sign(high) * ((np.abs(high) + half) >> right)  # halves away from zero


class IntegerModel:
    """The stored network: int8 tensors, in the shapes that network.py uses."""

    def __init__(self, arrays):
        self.arrays = arrays

    @staticmethod
    def load(folder=FOLDER):
        with np.load(folder / MODEL_FILE) as file:
            return IntegerModel({name: file[name] for name in file.files})

    def of(self, layer, name):
        return self.arrays[f"{layer.name}.{name}"]

    def floats(self):
        return {layer.name: (self.of(layer, "float_weights"), self.of(layer, "float_bias")) for layer in LAYERS if layer.has_weights}

    def input(self, images):
        """Images as the first layer takes them: 0 to 16 become -128 to 112."""
        return (images[..., None].astype(np.int16) * 15 - 128).astype(np.int8)

    def scalars(self, layer):
        """Zero points and activation."""
        lowest = int(self.of(layer, "output_zero")) if layer.relu else -128
        return {"input_zero": int(self.of(layer, "input_zero")), "output_zero": int(self.of(layer, "output_zero")),
                "output_min": lowest, "output_max": 127}

    def outputs(self, images):
        """The output of every layer, by name, as int8."""
        outputs = {}
        data = self.input(images)
        for layer in LAYERS:
            data = self.pool(data) if layer.kind == "pool" else self.weighted(layer, data)
            outputs[layer.name] = data
        return outputs

    @staticmethod
    def pool(data):
        return windows(data).max(axis=4)

    def weighted(self, layer, data):
        count, scalars = len(data), self.scalars(layer)
        if layer.kind == "dense":
            data = data.reshape(count, -1)
        zero = scalars["input_zero"]
        rows = rows_of(layer, data.astype(np.int64), zero) - zero
        weights = self.of(layer, "weights").reshape(layer.filters, -1).astype(np.int64)
        sums = rows @ weights.T + self.of(layer, "bias")
        assert np.abs(sums).max() < 1 << 31
        scaled = rescale(sums, self.of(layer, "multiplier").astype(np.int64), self.of(layer, "shift").astype(np.int64))
        clamped = np.clip(scaled + scalars["output_zero"], scalars["output_min"], scalars["output_max"])
        return clamped.astype(np.int8).reshape(shape_of(layer, count))


def load_images(folder=FOLDER):
    """The test images and their labels."""
    with np.load(folder / IMAGES_FILE) as file:
        return file["images"], file["labels"]


def predictions(last_layer):
    return last_layer.argmax(axis=1)
