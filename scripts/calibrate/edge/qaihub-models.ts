import { librarySubject, type LibraryModel } from "./library-models.js";
import type { Subject } from "../set.js";
import { tracedSubject } from "../traced.js";

const tv = (expression: string, size = 224): LibraryModel => ({
  entry: `torchvision.models.${expression}`,
  input: `float32[1,3,${size},${size}]`,
});
const timm = (name: string, size = 224): LibraryModel => ({
  entry: `timm.create_model('${name}')`,
  input: `float32[1,3,${size},${size}]`,
});

/** What a name of Qualcomm AI Hub stands for; undefined where its source is not at hand. */
export function hubSubject(name: string): Subject | undefined {
  const own = Object.hasOwn(ownModels, name) ? ownModels[name] : undefined;
  if (own !== undefined) return tracedSubject({ file: own[0], entry: own[1], inputs: [own[2]] });
  const model = Object.hasOwn(hubModels, name) ? hubModels[name] : undefined;
  return model === undefined ? undefined : librarySubject(model);
}

/** Networks of papers that are short enough to be written down in `spaces`; parameters agree with the model card. */
const ownModels: Readonly<Record<string, readonly [file: string, entry: string, input: string]>> = {
  bert_base_uncased_hf: ["transformers.py", "Bert(768, 12, 12, 3072)", "int64[1,384]"],
  deeplabv3_plus_mobilenet: ["segmentation.py", "DeepLab()", "float32[1,3,513,513]"],
  distil_bert_base_uncased_hf: ["transformers.py", "Bert(768, 12, 6, 3072)", "int64[1,384]"],
  esrgan: ["super_resolution.py", "ResidualGenerator()", "float32[1,3,128,128]"],
  posenet_mobilenet: ["mobilenet_backbones.py", "PoseNet()", "float32[1,3,513,257]"],
  quicksrnetlarge: ["super_resolution.py", "QuickSRNet(64, 11)", "float32[1,3,128,128]"],
  quicksrnetmedium: ["super_resolution.py", "QuickSRNet(32, 5)", "float32[1,3,128,128]"],
  quicksrnetsmall: ["super_resolution.py", "QuickSRNet(32, 2)", "float32[1,3,128,128]"],
  real_esrgan_general_x4v3: ["super_resolution.py", "CompactGenerator()", "float32[1,3,128,128]"],
  yolov11_det: ["detection.py", "Yolo11(0.25)", "float32[1,3,640,640]"],
  yolov8_det: ["detection.py", "YoloV8(0.25, 0.33)", "float32[1,3,640,640]"],
  yamnet: ["mobilenet_backbones.py", "YamNet()", "float32[1,1,96,64]"],
};

/**
 * Names of Qualcomm AI Hub and the published source of the same network, where parameters agree with the model card.
 * Others of the hub are built by repositories of their own.
 */
export const hubModels: Readonly<Record<string, LibraryModel>> = {
  beit: timm("beit_base_patch16_224"),
  convnext_base: tv("convnext_base()"),
  convnext_tiny: tv("convnext_tiny()"),
  densenet121: tv("densenet121()"),
  efficientformer: timm("efficientformer_l1"),
  efficientnet_b0: tv("efficientnet_b0()"),
  efficientnet_b4: tv("efficientnet_b4()", 380),
  efficientnet_v2_s: tv("efficientnet_v2_s()", 384),
  efficientvit_b2_cls: timm("efficientvit_b2"),
  efficientvit_l2_cls: timm("efficientvit_l2"),
  googlenet: tv("googlenet(aux_logits=False, init_weights=False)"),
  inception_v3: tv("inception_v3(aux_logits=False, init_weights=False)"),
  levit: timm("levit_128s"),
  mnasnet05: tv("mnasnet0_5()"),
  mobile_vit: timm("mobilevit_s"),
  mobilenet_v2: tv("mobilenet_v2()"),
  mobilenet_v3_large: tv("mobilenet_v3_large()"),
  mobilenet_v3_small: tv("mobilenet_v3_small()"),
  nasnet: timm("nasnetalarge", 331),
  regnet: tv("regnet_x_3_2gf()"),
  regnet_y_800mf: tv("regnet_y_800mf()"),
  resnet101: tv("resnet101()"),
  resnet18: tv("resnet18()"),
  resnet50: tv("resnet50()"),
  resnext101: tv("resnext101_32x8d()"),
  resnext50: tv("resnext50_32x4d()"),
  sequencer2d: timm("sequencer2d_s"),
  shufflenet_v2: tv("shufflenet_v2_x0_5()"),
  squeezenet1_1: tv("squeezenet1_1()"),
  swin_base: tv("swin_b()"),
  swin_small: tv("swin_s()"),
  swin_tiny: tv("swin_t()"),
  vit: tv("vit_b_16()"),
  wideresnet50: tv("wide_resnet50_2()"),
};
