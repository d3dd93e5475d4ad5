/** Outputs of one sample that are followed one by one. */
export const exactOutputs = 12;
/** Directions that are followed where there are too many outputs to follow each. */
export const projectionCount = 8;
