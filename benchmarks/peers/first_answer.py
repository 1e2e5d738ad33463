"""Answers one text with a SavedModel and plain TensorFlow: `python first_answer.py DIR TEXT`."""

import sys

import tensorflow as tf

loaded = tf.saved_model.load(sys.argv[1])
function = loaded.signatures["serving_default"]
((key, spec),) = function.structured_input_signature[1].items()
text = tf.constant([sys.argv[2]] if spec.shape.rank == 1 else [[sys.argv[2]]])
print({name: tensor.numpy() for name, tensor in function(**{key: text}).items()}, flush=True)
