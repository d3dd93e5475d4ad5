/**
 * Whether a Python text may define or make a model: it imports torch, or a library that is built on it. Nothing else is
 * ever run, and a text without is not even looked at further.
 */
export function usesModelLibrary(text: string): boolean {
  return importPattern.test(text);
}

const importPattern =
  /^[ \t]*(?:import|from)[ \t]+(?:[\w.]+[ \t]*(?:as[ \t]+\w+[ \t]*)?,[ \t]*)*(?:torch|torchvision|torchaudio|timm|transformers|diffusers|lightning|pytorch_lightning|segmentation_models_pytorch|x_transformers|open_clip)\b/m;
