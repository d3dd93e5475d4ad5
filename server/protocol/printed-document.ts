/**
 * A model file shown as text is a read-only document `ridgepoint-onnx:<path>.onnxtxt?<address of the file>`. The path
 * names the tab and, by its extension, the language; the query alone says which file it is.
 */
export const printedScheme = "ridgepoint-onnx";
export const printedExtension = ".onnxtxt";
