import {
  type CallView,
  int,
  ints,
  type MappedCall,
  numbersOf,
  numberOf,
  onnx,
  type OperatorTable,
  textOf,
} from "./operator.js";

/** `conv1d` … `conv_transpose3d`: input, weight, bias; torch's padding is one number for both ends of an axis. */
export const convolutions: OperatorTable = {
  conv1d: convolution,
  conv2d: convolution,
  conv3d: convolution,
  convolution,
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  conv_transpose3d: transposed,
  // torchvision: input, weight, offset, mask, bias.
  deform_conv2d: (call) => {
    const window = windowOf(call);
    if (window === undefined) return undefined;
    const { kernel, strides, dilations, group } = window;
    const [input = -1, weight = -1, offset = -1, mask = -1, bias = -1] = call.inputs;
    return onnx(
      "DeformConv",
      call,
      {
        kernel_shape: ints(kernel),
        strides: ints(strides),
        dilations: ints(dilations),
        group: int(group),
        offset_group: int(numberOf(call, "offset_groups") ?? 1),
        pads: ints(padsOf(call, kernel, dilations)),
      },
      [input, weight, offset, bias, mask],
    );
  },
};

function convolution(call: CallView): MappedCall | undefined {
  const window = windowOf(call);
  // Without a batch axis the call is a convolution of a single image, which ONNX has no form of.
  if (window === undefined) return undefined;
  const { kernel, strides, dilations, group } = window;
  return onnx("Conv", call, {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(group),
    pads: ints(padsOf(call, kernel, dilations)),
  });
}

function transposed(call: CallView): MappedCall | undefined {
  const window = windowOf(call);
  if (window === undefined) return undefined;
  const { kernel, strides, dilations, group } = window;
  return onnx("ConvTranspose", call, {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(group),
    pads: ints(padsOf(call, kernel, dilations)),
    output_padding: ints(numbersOf(call, "output_padding", kernel.length)),
  });
}

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

function windowOf(call: CallView): Window | undefined {
  const input = call.shape(0);
  const weight = call.shape(1);
  if (input === undefined || weight === undefined || weight.length < 3) return undefined;
  if (input.length !== weight.length) return undefined;
  const kernel = weight.slice(2);
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: numbersOf(call, "stride", kernel.length) ?? ones,
    dilations: numbersOf(call, "dilation", kernel.length) ?? ones,
    group: numberOf(call, "groups") ?? 1,
  };
}

/** `padding="same"` puts the odd element behind (torch.nn.functional.conv2d). */
function padsOf(
  call: CallView,
  kernel: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  if (textOf(call, "padding") === "same") {
    const totals = kernel.map((size, axis) => (dilations[axis] ?? 1) * (size - 1));
    const begins = totals.map((total) => Math.floor(total / 2));
    return [...begins, ...totals.map((total, axis) => total - (begins[axis] ?? 0))];
  }
  const padding = numbersOf(call, "padding", kernel.length) ?? kernel.map(() => 0);
  return [...padding, ...padding];
}
