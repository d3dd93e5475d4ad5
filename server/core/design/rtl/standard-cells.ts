export const emptyLibrary = "";
