"""Runs onnxruntime on the tensors that the test `apps` left and compares each element of the output with that of the
Verilog. Usage: onnx_runtime.py DIRECTORY"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

TYPES = {"int8": onnx.TensorProto.INT8, "uint8": onnx.TensorProto.UINT8, "int32": onnx.TensorProto.INT32,
         "float32": onnx.TensorProto.FLOAT}


def run(operator, inputs, output_type, **attributes):
    """One operator on arrays; the first one is the model's input, the others are constants, as compilers of models expect."""
    names = [f"t{i}" for i in range(len(inputs))]
    node = onnx.helper.make_node(operator, names, ["out"], **attributes)
    graph = onnx.helper.make_graph(
        [node], operator,
        [onnx.helper.make_tensor_value_info(names[0], onnx.helper.np_dtype_to_tensor_dtype(inputs[0].dtype), inputs[0].shape)],
        [onnx.helper.make_tensor_value_info("out", TYPES[output_type], None)],
        [onnx.numpy_helper.from_array(a, n) for n, a in zip(names[1:], inputs[1:])])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13), onnx.helper.make_opsetid("com.microsoft", 1)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    if [a.dtype.name for a in inputs if a.ndim > 1] == ["uint8", "int8"]:
        # Without the dot product instructions of newer processors, sums of two products saturate at 16 bits unless this is set.
        options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {names[0]: inputs[0]})[0]


class Case:
    def __init__(self, folder):
        self.name = folder.name
        self.folder = folder
        description = json.loads((folder / "case.json").read_text())
        self.generator = description["generator"]
        self.parameters = description["parameters"]
        self.scalars = description["scalars"]
        self.notes = description

    def number(self, name, otherwise=1):
        return int(self.parameters.get(name, otherwise))

    def type(self, tensor):
        return self.parameters.get(f"{tensor}.type", "int8")

    def load(self, name):
        """NumPy's axes are those of Halide in reverse."""
        return numpy.load(self.folder / f"{name}.npy")

    def zero(self, scalar, tensor):
        return numpy.array(self.scalars[scalar], self.type(tensor))


def scale(value):
    return numpy.array(value, numpy.float32)


def convolution(case):
    """QLinearConv, or ConvInteger where nothing is requantised."""
    image = case.load("input")  # n, y, x, g, c
    batch, height, width, groups, channels = image.shape
    image = image.transpose(0, 3, 4, 1, 2).reshape(batch, groups * channels, height, width)
    weights = case.load("weights")  # g, k, j, i, c
    filters = weights.shape[1]
    weights = weights.transpose(0, 1, 4, 2, 3).reshape(groups * filters, channels, *weights.shape[2:4])
    attributes = dict(
        group=groups, strides=[case.number("stride_y"), case.number("stride_x")],
        dilations=[case.number("dilation_y"), case.number("dilation_x")],
        pads=[case.number(f"pad_{side}") for side in ("top", "left", "bottom", "right")])
    image, weights = numpy.ascontiguousarray(image), numpy.ascontiguousarray(weights)
    zeros = case.zero("input_zero", "input"), case.zero("weights_zero", "weights")
    if case.parameters.get("transposed") == "true":
        # No integer operator: in float32, which holds these sums exactly.
        del attributes["dilations"]
        result = run("ConvTranspose", [image.astype(numpy.float32) - zeros[0], weights.astype(numpy.float32).transpose(1, 0, 2, 3) - zeros[1]],
                     "float32", **attributes)
        result = (result + case.load("bias").reshape(-1)[None, :, None, None]).astype(numpy.int32)
    elif case.parameters["rule"] == "none":
        result = run("ConvInteger", [image, weights, *zeros], "int32", **attributes)
        bias = case.load("bias").reshape(-1)  # which ConvInteger does not have
        result = (result + bias[None, :, None, None]).astype(numpy.int32)
    else:
        notes = case.notes
        result = run("QLinearConv",
                     [image, scale(notes["input_scale"]), zeros[0], weights, scale(notes["weight_scales"]), zeros[1],
                      scale(notes["output_scale"]), case.zero("output_zero", "output"), case.load("bias").reshape(-1)],
                     case.type("output"), **attributes)
    return result.reshape(batch, groups, filters, *result.shape[2:]).transpose(0, 3, 4, 1, 2)


def product(case):
    """QLinearMatMul, or MatMulInteger where nothing is requantised."""
    left, right = case.load("a"), case.load("b")  # i, l and j, l
    if case.parameters.get("b_packed") == "true":  # onnxruntime multiplies the unpacked ones
        halves = numpy.stack([right & 15, right >> 4], axis=-1).reshape(right.shape[0], -1)
        right = halves[:, :left.shape[1]].astype(case.type("b"))
    right = numpy.ascontiguousarray(right.T)
    zeros = case.zero("a_zero", "a"), case.zero("b_zero", "b")
    notes = case.notes
    if case.parameters["rule"] == "none":
        result = run("MatMulInteger", [left, right, *zeros], "int32")
        return result + case.load("bias") if (case.folder / "bias.npy").exists() else result
    width = right.shape[1]
    return run("QLinearMatMul",
               [left, scale(notes["input_scale"]), zeros[0], right, scale(notes["weight_scales"]), numpy.repeat(zeros[1], width),
                scale(notes["output_scale"]), case.zero("output_zero", "output")], case.type("output"))


def pooling(case):
    """MaxPool, or QLinearGlobalAveragePool of onnxruntime."""
    image = case.load("input")  # n, y, x, c or, in memory, planes
    image = numpy.ascontiguousarray(image.transpose(0, 3, 1, 2))
    if case.parameters.get("kind", "max") == "max":
        kernel = [case.number("kernel_height", 2), case.number("kernel_width", 2)]
        pads = [case.number(f"pad_{side}", 0) for side in ("top", "left", "bottom", "right")]
        result = run("MaxPool", [image], case.type("output"), kernel_shape=kernel, pads=pads,
                     strides=[case.number("stride_y", 2), case.number("stride_x", 2)])
    else:
        result = run("QLinearGlobalAveragePool",
                     [image, scale(case.notes["input_scale"]), case.zero("input_zero", "input"), scale(case.notes["output_scale"]),
                      case.zero("output_zero", "output")], case.type("output"), domain="com.microsoft", channels_last=0)
    return result.transpose(0, 2, 3, 1)


OPERATORS = {"pool": pooling, "conv2d": convolution, "gemm": product}


def main():
    failures, compared = [], 0
    for description in sorted(pathlib.Path(sys.argv[1]).glob("*/*/case.json")):
        case = Case(description.parent)
        if (case.parameters.get("rule") not in ("onnx", "none") and case.parameters.get("kind", "max" if case.generator == "pool" else "") not in ("max", "scaled")) or case.generator not in OPERATORS \
                or case.type("output") == "int64":  # onnxruntime has no sums of 64 bits
            continue
        expected, got = OPERATORS[case.generator](case), case.load("output")
        if expected.shape != got.shape or expected.dtype != got.dtype:
            failures.append(f"{case.name}: {got.shape} {got.dtype}, onnxruntime gives {expected.shape} {expected.dtype}")
            continue
        differing = int((expected != got).sum())
        print(f"{case.name}: {got.size} elements, {differing} differ; {len(numpy.unique(got))} different values")
        compared += 1
        if differing:
            failures.append(f"{case.name}: {differing} of {got.size} elements differ")
    if compared == 0:
        failures.append("no case was compared")
    sys.exit("\n".join(failures) or 0)


main()
