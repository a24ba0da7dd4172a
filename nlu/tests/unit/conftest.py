"""Components import Rasa, and Rasa imports TensorFlow unless the stand-in is there first."""

from serving import lazy_tensorflow

lazy_tensorflow.install()
