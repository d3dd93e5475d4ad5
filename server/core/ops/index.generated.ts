// Written by scripts/gen.mjs; do not edit.
import { rule as attention } from "./attention.js";
import { rule as branch } from "./branch.js";
import { rule as cast } from "./cast.js";
import { rule as causalConv } from "./causal-conv.js";
import { rule as col2im } from "./col2im.js";
import { rule as collective } from "./collective.js";
import { rule as compiled } from "./compiled.js";
import { rule as concat } from "./concat.js";
import { rule as constant } from "./constant.js";
import { rule as contribTensor } from "./contrib-tensor.js";
import { rule as contribText } from "./contrib-text.js";
import { rule as convTranspose } from "./conv-transpose.js";
import { rule as conv } from "./conv.js";
import { rule as crop } from "./crop.js";
import { rule as decoderAttention } from "./decoder-attention.js";
import { rule as deformConv } from "./deform-conv.js";
import { rule as det } from "./det.js";
import { rule as detection } from "./detection.js";
import { rule as einsum } from "./einsum.js";
import { rule as elementwiseBinary } from "./elementwise-binary.js";
import { rule as elementwiseUnary } from "./elementwise-unary.js";
import { rule as embedLayerNormalization } from "./embed-layer-normalization.js";
import { rule as fourier } from "./fourier.js";
import { rule as fusedElementwise } from "./fused-elementwise.js";
import { rule as gatherQuantized } from "./gather-quantized.js";
import { rule as gather } from "./gather.js";
import { rule as gemm } from "./gemm.js";
import { rule as generation } from "./generation.js";
import { rule as gridSample } from "./grid-sample.js";
import { rule as groupedAttention } from "./grouped-attention.js";
import { rule as imageDecoder } from "./image-decoder.js";
import { rule as latentAttention } from "./latent-attention.js";
import { rule as layerNormalization } from "./layer-normalization.js";
import { rule as linearAttention } from "./linear-attention.js";
import { rule as loop } from "./loop.js";
import { rule as losses } from "./losses.js";
import { rule as matmul } from "./matmul.js";
import { rule as mlFeatures } from "./ml-features.js";
import { rule as mlModels } from "./ml-models.js";
import { rule as mlTrees } from "./ml-trees.js";
import { rule as mlirConvolution } from "./mlir-convolution.js";
import { rule as mlirTensor } from "./mlir-tensor.js";
import { rule as moe } from "./moe.js";
import { rule as multiHeadAttention } from "./multi-head-attention.js";
import { rule as normalization } from "./normalization.js";
import { rule as optional } from "./optional.js";
import { rule as packedMatmul } from "./packed-matmul.js";
import { rule as pad } from "./pad.js";
import { rule as pool } from "./pool.js";
import { rule as positionBias } from "./position-bias.js";
import { rule as projectedAttention } from "./projected-attention.js";
import { rule as qlinear } from "./qlinear.js";
import { rule as qonnx } from "./qonnx.js";
import { rule as quantize } from "./quantize.js";
import { rule as random } from "./random.js";
import { rule as recurrent } from "./recurrent.js";
import { rule as reduce } from "./reduce.js";
import { rule as region } from "./region.js";
import { rule as reshape } from "./reshape.js";
import { rule as resize } from "./resize.js";
import { rule as rotary } from "./rotary.js";
import { rule as scanAlong } from "./scan-along.js";
import { rule as scan } from "./scan.js";
import { rule as scatter } from "./scatter.js";
import { rule as select } from "./select.js";
import { rule as sequence } from "./sequence.js";
import { rule as shapeOf } from "./shape-of.js";
import { rule as slice } from "./slice.js";
import { rule as softmax } from "./softmax.js";
import { rule as stateSpace } from "./state-space.js";
import { rule as string } from "./string.js";
import { rule as tfliteControl } from "./tflite-control.js";
import { rule as tfliteConv } from "./tflite-conv.js";
import { rule as tfliteExtent } from "./tflite-extent.js";
import { rule as tfliteMovement } from "./tflite-movement.js";
import { rule as tflitePointwise } from "./tflite-pointwise.js";
import { rule as tflitePool } from "./tflite-pool.js";
import { rule as tfliteProduct } from "./tflite-product.js";
import { rule as tfliteRecurrent } from "./tflite-recurrent.js";
import { rule as tfliteReduction } from "./tflite-reduction.js";
import { rule as torchLoss } from "./torch-loss.js";
import { rule as torchMatmul } from "./torch-matmul.js";
import { rule as torchMovement } from "./torch-movement.js";
import { rule as torchPointwise } from "./torch-pointwise.js";
import { rule as torchPool } from "./torch-pool.js";
import { rule as torchRecurrent } from "./torch-recurrent.js";
import { rule as torchReduction } from "./torch-reduction.js";
import { rule as torchTransform } from "./torch-transform.js";
import { rule as torchVision } from "./torch-vision.js";
import { rule as training } from "./training.js";
import { rule as transpose } from "./transpose.js";
import { rule as windowFunction } from "./window-function.js";
import type { OpRule } from "./rule.js";

export const rules: readonly OpRule[] = [
  attention,
  branch,
  cast,
  causalConv,
  col2im,
  collective,
  compiled,
  concat,
  constant,
  contribTensor,
  contribText,
  convTranspose,
  conv,
  crop,
  decoderAttention,
  deformConv,
  det,
  detection,
  einsum,
  elementwiseBinary,
  elementwiseUnary,
  embedLayerNormalization,
  fourier,
  fusedElementwise,
  gatherQuantized,
  gather,
  gemm,
  generation,
  gridSample,
  groupedAttention,
  imageDecoder,
  latentAttention,
  layerNormalization,
  linearAttention,
  loop,
  losses,
  matmul,
  mlFeatures,
  mlModels,
  mlTrees,
  mlirConvolution,
  mlirTensor,
  moe,
  multiHeadAttention,
  normalization,
  optional,
  packedMatmul,
  pad,
  pool,
  positionBias,
  projectedAttention,
  qlinear,
  qonnx,
  quantize,
  random,
  recurrent,
  reduce,
  region,
  reshape,
  resize,
  rotary,
  scanAlong,
  scan,
  scatter,
  select,
  sequence,
  shapeOf,
  slice,
  softmax,
  stateSpace,
  string,
  tfliteControl,
  tfliteConv,
  tfliteExtent,
  tfliteMovement,
  tflitePointwise,
  tflitePool,
  tfliteProduct,
  tfliteRecurrent,
  tfliteReduction,
  torchLoss,
  torchMatmul,
  torchMovement,
  torchPointwise,
  torchPool,
  torchRecurrent,
  torchReduction,
  torchTransform,
  torchVision,
  training,
  transpose,
  windowFunction,
];
