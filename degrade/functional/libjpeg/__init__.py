"""The JPEG round trip of libjpeg-turbo in tensor arithmetic: the same pixels, on any device.

Every stage of the codec but the lossless one is integer arithmetic: colour conversion, chroma averaging, the
integer ("islow") DCT, quantisation, and all of it back. Integers here are int32, or float64 where a matrix
product is wanted, far below 2**53: sums are exact in any order, so that neither device nor batch can count.
"""
