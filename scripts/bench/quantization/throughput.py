"""Square error of a float32 matrix in eight formats, as numpy does it. Prints seconds of processor time and the errors."""
import json
import sys
import time

import numpy as np

path, offset, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])


def integer(x, high, amax):
    scale = amax / high
    scale[scale == 0] = 1
    return np.clip(np.rint(x / scale), -high, high) * scale


def minifloat(x, mantissa, bias, top, amax, power):
    if power:
        scale = np.exp2(np.clip(np.floor(np.log2(amax)) - np.floor(np.log2(top)), -127, 127)).astype(np.float32)
    else:
        scale = amax / np.float32(top)
    scale[scale == 0] = 1
    y = np.abs(x / scale)
    exponent = np.maximum(np.frexp(y)[1] - 1, 1 - bias)
    quantum = np.exp2((exponent - mantissa).astype(np.float32))
    return np.copysign(np.minimum(np.rint(y / quantum) * quantum, np.float32(top)), x) * scale


def channel(x):
    return np.abs(x).max(axis=1, keepdims=True)


def blocks(x, size):
    return x.reshape(-1, size)


FORMATS = {
    "int8": lambda x, t: integer(x, 127, channel(x)),
    "int8@tensor": lambda x, t: integer(x, 127, np.full((1, 1), t, np.float32)),
    "int4": lambda x, t: integer(x, 7, channel(x)),
    "int4-g128": lambda x, t: integer(blocks(x, 128), 7, channel(blocks(x, 128))).reshape(x.shape),
    "fp8-e4m3": lambda x, t: minifloat(x, 3, 7, 448, channel(x), False),
    "fp8-e5m2": lambda x, t: minifloat(x, 2, 15, 57344, channel(x), False),
    "mxfp8-e4m3": lambda x, t: minifloat(blocks(x, 32), 3, 7, 448, channel(blocks(x, 32)), True).reshape(x.shape),
    "mxfp4": lambda x, t: minifloat(blocks(x, 32), 1, 1, 6, channel(blocks(x, 32)), True).reshape(x.shape),
}

data = np.memmap(path, np.float32, "r", offset, (rows, columns))
start = time.process_time()
top = np.float32(0)
for first in range(0, rows, 1024):
    top = max(top, np.abs(data[first : first + 1024]).max())
errors = dict.fromkeys(FORMATS, 0.0)
for first in range(0, rows, 1024):
    x = np.array(data[first : first + 1024])
    for name, quantize in FORMATS.items():
        e = x - quantize(x, top)
        errors[name] += float(np.square(e, dtype=np.float64).sum())
print(json.dumps({"seconds": time.process_time() - start, "errors": errors}))
