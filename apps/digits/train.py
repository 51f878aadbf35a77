"""Trains the network on the digits of scikit-learn, quantises it and writes model.npz and test_images.npz.

The files have the same bytes on every machine: all random numbers come from one seed, and all arithmetic is of single additions,
multiplications, divisions and square roots, which IEEE 754 defines to the last bit, in an order that is written down here.
"""
import argparse
import pathlib

import numpy as np
import sklearn.datasets

from network import (BRIGHTEST, FOLDER, IMAGES_FILE, LAYERS, MODEL_FILE, IntegerModel, float_outputs, predictions, product, rows_of,
                     shape_of, windows)

SEED = 1
TEST_IMAGES = 600
EPOCHS = 80
BATCH = 32
RATE = 0.003
DECAY = 1e-2


def total(a):
    """Sum along the first axis, as a tree: in an order of its own like `product`."""
    while len(a) > 1:
        half = len(a) // 2
        rest = a[2 * half:]
        a = a[:half] + a[half:2 * half]
        if len(rest):
            a[:1] += rest
    return a[0]


class Training:
    """The float32 network, and Adam on the squared hinge loss of each class against all others."""

    def __init__(self, dice):
        self.parameters = {}
        for layer in LAYERS:
            if layer.has_weights:
                bound = np.float32(np.sqrt(6 / layer.length))
                shape = (layer.filters, 3, 3, layer.channels) if layer.kind == "conv" else (layer.filters, layer.channels)
                weights = (dice.random(shape, dtype=np.float32) * 2 - 1) * bound
                self.parameters[layer.name] = [weights, np.zeros(layer.filters, np.float32)]
        self.means = {name: [np.zeros_like(p) for p in pair] for name, pair in self.parameters.items()}
        self.squares = {name: [np.zeros_like(p) for p in pair] for name, pair in self.parameters.items()}
        self.left = [1.0, 1.0]  # of the zeros that the means and squares began with

    def step(self, images, labels, rate):
        outputs = float_outputs(self.parameters, images)
        signs = np.where(np.arange(10) == labels[:, None], np.float32(1), np.float32(-1))
        gradient = -2 * signs * np.maximum(1 - signs * outputs[LAYERS[-1].name], 0) / len(images)
        inputs = [images[..., None].astype(np.float32) / BRIGHTEST] + [outputs[layer.name] for layer in LAYERS[:-1]]
        self.left = [self.left[0] * 0.9, self.left[1] * 0.999]
        for layer, data in zip(reversed(LAYERS), reversed(inputs)):
            gradient = gradient.reshape(outputs[layer.name].shape)
            if layer.kind == "pool":
                gradient = self.through_pool(data, gradient)
            else:
                gradient = self.through_weights(layer, data, outputs[layer.name], gradient, rate)

    @staticmethod
    def through_pool(data, gradient):
        """To the first of the greatest pixels of each window."""
        first = windows(data).argmax(axis=4)[..., None] == np.arange(4)
        apart = (first * gradient[..., None]).astype(np.float32)
        count, height, width, channels, _ = apart.shape
        return apart.reshape(count, height, width, channels, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(data.shape)

    def through_weights(self, layer, data, output, gradient, rate):
        if layer.relu:
            gradient = gradient * (output > 0)
        gradient = gradient.reshape(-1, layer.filters)
        weights = self.parameters[layer.name][0].reshape(layer.filters, -1)
        rows = rows_of(layer, data)
        by_weight = total(gradient[:, :, None] * rows[:, None, :]).reshape(self.parameters[layer.name][0].shape)
        by_row = product(gradient, weights)
        self.adjust(layer.name, [by_weight, total(gradient)], rate)
        return self.from_patches(by_row, data.shape) if layer.kind == "conv" else by_row

    @staticmethod
    def from_patches(by_row, shape):
        """Adds each patch to the pixels that it was made of."""
        count, height, width, channels = shape
        apart = by_row.reshape(count, height, width, 3, 3, channels)
        padded = np.zeros((count, height + 2, width + 2, channels), np.float32)
        for j in range(3):
            for i in range(3):
                padded[:, j:j + height, i:i + width] += apart[:, :, :, j, i]
        return padded[:, 1:-1, 1:-1]

    def adjust(self, name, gradients, rate):
        """Adam, with the decay of weights beside it."""
        fade_mean, fade_square = 1 - self.left[0], 1 - self.left[1]
        for n, gradient in enumerate(gradients):
            mean, square, parameter = self.means[name][n], self.squares[name][n], self.parameters[name][n]
            mean += (gradient - mean) * np.float32(0.1)
            square += (gradient * gradient - square) * np.float32(0.001)
            change = (mean / np.float32(fade_mean)) / (np.sqrt(square / np.float32(fade_square)) + np.float32(1e-8))
            parameter -= np.float32(rate) * (change + np.float32(DECAY) * parameter)


def train(images, labels, dice):
    training = Training(dice)
    for epoch in range(EPOCHS):
        rate = RATE * (1 - epoch / EPOCHS)
        order = dice.permutation(len(images))
        for start in range(0, len(images), BATCH):
            batch = order[start:start + BATCH]
            training.step(images[batch], labels[batch], rate)
    return training.parameters


def quantise_multiplier(real):
    """TFLite's QuantizeMultiplier: real = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31)."""
    fraction, shift = np.frexp(real)
    multiplier = np.rint(fraction * (1 << 31)).astype(np.int64)
    overflow = multiplier == 1 << 31
    return np.where(overflow, multiplier // 2, multiplier).astype(np.int32), (shift + overflow).astype(np.int8)


def range_of(output):
    """Scale and zero point of an int8 tensor that holds these numbers; 0 is one of them, exactly."""
    lowest, highest = min(float(output.min()), 0.0), max(float(output.max()), 0.0)
    scale = (highest - lowest) / 255
    return scale, int(np.clip(np.rint(-128 - lowest / scale), -128, 127))


def quantise(parameters, images):
    """The arrays of IntegerModel, after training, with the ranges that the training images give."""
    outputs = float_outputs(parameters, images)
    arrays = {}
    scale, zero = 1 / (15 * BRIGHTEST), -128  # see IntegerModel.input
    for layer in LAYERS:
        if not layer.has_weights:
            continue  # a maximum keeps scale and zero point
        weights, bias = parameters[layer.name]
        filters = weights.reshape(layer.filters, -1).astype(np.float64)
        weight_scale = np.abs(filters).max(axis=1) / 127
        output_scale, output_zero = range_of(outputs[layer.name])
        multiplier, shift = quantise_multiplier(scale * weight_scale / output_scale)
        own = {"float_weights": weights, "float_bias": bias,
               "weights": np.rint(filters / weight_scale[:, None]).astype(np.int8).reshape(weights.shape),
               "bias": np.rint(bias.astype(np.float64) / (scale * weight_scale)).astype(np.int32),
               "multiplier": multiplier, "shift": shift, "input_zero": np.int16(zero), "output_zero": np.int16(output_zero)}
        arrays.update({f"{layer.name}.{name}": value for name, value in own.items()})
        scale, zero = output_scale, output_zero
    return arrays


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=FOLDER, help="folder of the two files (default: beside this program)")
    folder = parser.parse_args().output
    digits = sklearn.datasets.load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    dice = np.random.Generator(np.random.PCG64(SEED))
    order = dice.permutation(len(images))
    test, rest = order[:TEST_IMAGES], order[TEST_IMAGES:]

    parameters = train(images[rest], labels[rest], dice)
    model = IntegerModel(quantise(parameters, images[rest]))
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / MODEL_FILE, **model.arrays)
    np.savez(folder / IMAGES_FILE, images=images[test], labels=labels[test])
    for name, part in (("training", rest), ("test", test)):
        in_floats = np.mean(predictions(float_outputs(parameters, images[part])["fc2"]) == labels[part])
        in_integers = np.mean(predictions(model.outputs(images[part])["fc2"]) == labels[part])
        print(f"{len(part)} {name} images: float32 {100 * in_floats:.2f} %, int8 {100 * in_integers:.2f} %")


main()
