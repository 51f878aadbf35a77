"""Classifies the test images of the digits on simulated accelerators, one layer after the other, and compares every tensor with the
integer model: they must be the same bit for bit."""
import argparse
import pathlib
import sys

import numpy as np

import hardware
import picture
from network import FOLDER, LAYERS, IntegerModel, float_outputs, load_images, predictions


def classify(arguments, model, images):
    """What the last layer gives. Each layer takes what the hardware of the one before gave."""
    expected = model.outputs(images)
    data = model.input(images)
    print("layer   generator  array  cycles      utilisation  elements")
    for layer in LAYERS:
        data, report = hardware.simulate(arguments.programs, arguments.work / layer.name, layer, model, data, arguments.simulate)
        differing = np.count_nonzero(data != expected[layer.name])
        if differing:
            sys.exit(f"{layer.name}: {differing} of {data.size} elements are not those of the integer model")
        array = report["array"]
        print(f"{layer.name:<7} {hardware.parameters_of(layer, 1)[0]:<10} {array['processing_elements']:<6} {report['cycles']:<11,} "
              f"{100 * array['utilisation']:5.1f} %      {data.size:,}, all as in the integer model", flush=True)
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
