"""The layers on generated accelerators: which generator and parameters, which tensors, and a simulation of the Verilog."""
import json
import subprocess
import sys

import numpy as np

from network import LAYERS

ARRAY = {"columns": 8, "bus_bits": 64}


def parameters_of(layer, count):
    """Generator and its parameters, for a batch of so many images."""
    if layer.kind == "dense":
        return "gemm", {"a.type": "int8", "b.type": "int8", "output.type": "int8", "height": count, "depth": layer.length,
                        "width": layer.filters, "rows": 8, **ARRAY}
    shape = {"input.type": "int8", "output.type": "int8", "batch": count, "channels": layer.channels, "width": layer.size,
             "height": layer.size}
    if layer.kind == "pool":
        return "pool", {**shape, **ARRAY}
    dataflow = {"array": "window_k"} if layer.channels == 1 else {"array": "c_k", "rows": 8}
    return "conv2d", {**shape, "weights.type": "int8", "filters": layer.filters, **dataflow, **ARRAY}


def tensors_of(layer, model, data):
    """The input tensors by name, with the axes that the generators want: channels are innermost, of one group."""
    if layer.kind == "pool":
        return {"input": data}
    weights, bias, multiplier, shift = (model.of(layer, name) for name in ("weights", "bias", "multiplier", "shift"))
    if layer.kind == "dense":
        return {"a": data.reshape(len(data), -1), "b": weights, "bias": bias, "multiplier": multiplier, "shift": shift}
    return {"input": data[:, :, :, None], "weights": weights[None], "bias": bias[None], "multiplier": multiplier[None],
            "shift": shift[None]}


def scalars_of(layer, model):
    if layer.kind == "pool":
        return {}
    scalars = model.scalars(layer)
    if layer.kind == "dense":
        scalars["a_zero"] = scalars.pop("input_zero")
    return scalars


def run(command):
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")


def simulate(programs, design, generator, parameters, tensors, scalars, options):
    """The output of a design's simulated Verilog, and the report of the simulation. Halide on the CPU computes it too; a difference ends
    the program."""
    run([programs / f"{generator}.generator", "-g", generator, "-o", design, "-e", "accelerator", "-f", design.name,
         *(f"{name}={value}" for name, value in parameters.items())])
    command = [programs / "orrery", "simulate", design, "--json", design / "report.json", "--output", f"output={design / 'output.npy'}",
               *options]
    for name, tensor in tensors.items():
        np.save(design / f"{name}.npy", np.ascontiguousarray(tensor))
        command += ["--input", f"{name}={design / name}.npy"]
    for name, value in scalars.items():
        command += ["--set", f"{name}={value}"]
    run(command)
    return np.load(design / "output.npy"), json.loads((design / "report.json").read_text())


def simulate_layer(programs, design, layer, model, data, options):
    """One layer on an accelerator of its own."""
    generator, parameters = parameters_of(layer, len(data))
    output, report = simulate(programs, design, generator, parameters, tensors_of(layer, model, data), scalars_of(layer, model), options)
    return output[:, :, :, 0] if layer.kind == "conv" else output, report  # convolutions have an axis of groups


def simulate_chip(programs, design, model, data, options):
    """All layers in one accelerator."""
    tensors, scalars = {"input": data}, {"input_zero": model.scalars(LAYERS[0])["input_zero"]}
    for layer in LAYERS:
        if layer.has_weights:
            tensors.update({f"{layer.name}_{name}": model.of(layer, name) for name in ("weights", "bias", "multiplier", "shift")})
            scalars[f"{layer.name}_zero"] = model.scalars(layer)["output_zero"]
    return simulate(programs, design, "digits", {"images": len(data)}, tensors, scalars, options)
