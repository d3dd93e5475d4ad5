/** That a model is asked for more than it was trained for; undefined where it is not, or nobody knows. */
export function beyondContext(tokens: number, limit: number | null): string | undefined {
  return limit === null || tokens <= limit
    ? undefined
    : `The model was made for contexts of ${limit} tokens, not of ${tokens}.`;
}
