"""Classifies the test images of the digits on simulated accelerators, one layer after the other and all layers in one, and compares every
tensor with the integer model: they must be the same bit for bit."""
import argparse
import pathlib
import sys

import numpy as np

import hardware
import picture
from network import FOLDER, LAYERS, IntegerModel, float_outputs, load_images, predictions


def check(name, report, got, expected):
    """Ends the program unless all elements are the same; otherwise prints a row of the table."""
    differing = np.count_nonzero(got != expected)
    if differing:
        sys.exit(f"{name}: {differing} of {got.size} elements are not those of the integer model")
    array, traffic = report["array"], sum(port["bytes"] for port in report["ports"])
    print(f"{name:<7} {array['processing_elements']:<6} {report['cycles']:<11,} {100 * array['utilisation']:5.1f} %      {traffic:<14,} "
          f"{got.size:,}, all as in the integer model", flush=True)


def classify(arguments, model, images):
    """What the last layer gives: layer by layer, each with what the hardware of the one before gave, and all in one accelerator."""
    expected = model.outputs(images)
    data = model.input(images)
    print("design  array  cycles      utilisation  bytes of DRAM  elements")
    in_one, report = hardware.simulate_chip(arguments.programs, arguments.work / "chip", model, data, arguments.simulate)
    check("chip", report, in_one, expected[LAYERS[-1].name])
    for layer in LAYERS:
        data, report = hardware.simulate_layer(arguments.programs, arguments.work / layer.name, layer, model, data, arguments.simulate)
        check(layer.name, report, data, expected[layer.name])
    return data


def percent(answers, labels):
    return f"{100 * np.mean(answers == labels):.2f} % ({np.count_nonzero(answers == labels)} of {len(labels)})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="directory of the generators and orrery")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="directory for designs, their tensors and the picture")
    parser.add_argument("--model", type=pathlib.Path, default=FOLDER, help="directory of model.npz and test_images.npz")
    parser.add_argument("--images", type=int, help="only so many of the test images")
    parser.add_argument("--across", type=int, default=25, help="images in a row of the picture")
    parser.add_argument("simulate", nargs="*", help="options of orrery simulate, behind --")
    arguments = parser.parse_args()
    model = IntegerModel.load(arguments.model)
    images, labels = (array[:arguments.images] for array in load_images(arguments.model))

    in_floats = predictions(float_outputs(model.floats(), images)["fc2"])
    in_integers = predictions(model.outputs(images)["fc2"])
    in_hardware = predictions(classify(arguments, model, images))
    if (in_hardware != in_integers).any():
        sys.exit("the labels of the hardware are not those of the integer model")
    picture.save(arguments.work / "digits.png", images, labels, in_hardware, arguments.across)
    print(f"\nfloat32   {percent(in_floats, labels)}\nint8      {percent(in_integers, labels)}\n"
          f"hardware  {percent(in_hardware, labels)}, the same label for every image\n\n{arguments.work / 'digits.png'}")


main()
