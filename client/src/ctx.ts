export interface Ctx {
  readonly id: string;
}
