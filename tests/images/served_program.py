"""Loads a SavedModel with plain TensorFlow: `python -I served_program.py MODEL INPUT OUTPUT`.

INPUT is a pickled list of bytes; OUTPUT gets the pixels and errors.
"""

import pickle
import sys

import numpy as np


def main(model_path: str, input_path: str, output_path: str) -> None:
    for name in ("seqkit", "keras"):
        sys.modules[name] = None  # type: ignore[assignment]
    import tensorflow as tf

    model = tf.saved_model.load(model_path)
    serve = model.signatures["serving_default"]
    with open(input_path, "rb") as file:
        answer = serve(images=tf.constant(pickle.load(file), tf.string))
    none = serve(images=tf.constant([], tf.string))
    assert none["pixels"].shape == (0, 8, 12, 3) and none["error"].shape == (0,)
    error = answer["error"].numpy().astype("U")
    np.savez(output_path, pixels=answer["pixels"].numpy(), error=error)


if __name__ == "__main__":
    main(*sys.argv[1:])
