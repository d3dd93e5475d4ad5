import { randomPoint, type SearchMethod } from "./method.js";

/** What every other method has to beat (Bergstra and Bengio, JMLR 2012). */
export const randomSearch: SearchMethod = { id: "random", next: randomPoint };
