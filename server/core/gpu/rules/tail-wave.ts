import { formatNumber, formatShare } from "../../base/units.js";
import { textPlace, type KernelRule } from "./rule.js";

/** A grid that fills the device a little more than a whole number of times has a last wave that hardly works. */
export const rule: KernelRule = ({ read, estimate: { kernel, launch, device } }) => {
  if (launch === undefined) return [];
  const { waves, fullWaves, idleInLastWave, blocks, blocksPerWave } = launch;
  const place = textPlace(read.launch ?? kernel.place);
  if (blocks < device.smCount)
    return [
      {
        code: "RP5624",
        severity: "information",
        message: `${blocks.toLocaleString("en-US")} ${blocks === 1 ? "block" : "blocks"} for ${device.smCount} SMs of ${device.chip.name}: ${formatShare(1 - blocks / device.smCount)} of the device has nothing to do.`,
        place,
      },
    ];
  if (fullWaves < 2 || fullWaves > mostWaves || idleInLastWave < 0.5) return [];
  return [
    {
      code: "RP5624",
      severity: "information",
      message: `${formatNumber(waves)} waves of ${blocksPerWave.toLocaleString("en-US")} blocks on ${device.chip.name}: the last wave leaves ${formatShare(idleInLastWave)} of it idle. ${((fullWaves - 1) * blocksPerWave).toLocaleString("en-US")} blocks take ${fullWaves - 1} whole ${fullWaves === 2 ? "wave" : "waves"}.`,
      place,
    },
  ];
};

/** Of more waves the last one is a small part. */
const mostWaves = 5;
