#include "conv_layer.h"

namespace {

using conv_layer::ConvLayer;
using conv_layer::Shape;

/// A small layer, for trying things out.
class Small : public ConvLayer<Small> {
public:
    static Shape shape() { return {16, 16, 8, 8, 3, 3, 1, 1, 1, 1}; }
    static bool per_channel() { return true; }
};

/// Third convolution of AlexNet (without its division in two groups).
class AlexnetConv3 : public ConvLayer<AlexnetConv3> {
public:
    static Shape shape() { return {256, 384, 13, 13, 3, 3, 1, 1, 1, 1}; }
    static bool per_channel() { return false; }
};

/// A 3x3 convolution of the fourth stage of ResNet-50.
class Resnet50 : public ConvLayer<Resnet50> {
public:
    static Shape shape() { return {256, 256, 14, 14, 3, 3, 1, 1, 1, 1}; }
    static bool per_channel() { return false; }
};

/// Nothing divides anything: 27 x 25 outputs, 60 -> 100 channels, kernel 5 x 3, uneven padding.
class Ragged : public ConvLayer<Ragged> {
public:
    static Shape shape() { return {60, 100, 28, 26, 5, 3, 2, 1, 1, 0}; }
    static bool per_channel() { return true; }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Small, conv_layer)
HALIDE_REGISTER_GENERATOR(AlexnetConv3, alexnet_conv3)
HALIDE_REGISTER_GENERATOR(Resnet50, resnet50_3x3)
HALIDE_REGISTER_GENERATOR(Ragged, conv_ragged)
