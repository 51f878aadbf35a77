"""The layers on generated accelerators: which generator and parameters, which tensors, and a simulation of the Verilog."""
import json
import subprocess
import sys

import numpy as np

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


def simulate(programs, design, layer, model, data, options):
    """The output of the layer as its simulated Verilog computes it, and the report of the simulation. Halide on the CPU computes it too;
    a difference ends the program."""
    generator, parameters = parameters_of(layer, len(data))
    run([programs / f"{generator}.generator", "-g", generator, "-o", design, "-e", "accelerator", "-f", layer.name,
         *(f"{name}={value}" for name, value in parameters.items())])
    command = [programs / "orrery", "simulate", design, "--json", design / "report.json", "--output", f"output={design / 'output.npy'}",
               *options]
    for name, tensor in tensors_of(layer, model, data).items():
        np.save(design / f"{name}.npy", np.ascontiguousarray(tensor))
        command += ["--input", f"{name}={design / name}.npy"]
    for name, value in scalars_of(layer, model).items():
        command += ["--set", f"{name}={value}"]
    run(command)
    output = np.load(design / "output.npy")
    if layer.kind == "conv":
        output = output[:, :, :, 0]  # the only group
    return output, json.loads((design / "report.json").read_text())
