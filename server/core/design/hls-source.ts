/** Whether C or C++ speaks to a high-level synthesis tool; what does not is nobody's business here. */
export function isHlsSource(text: string): boolean {
  return /^[ \t]*#[ \t]*pragma[ \t]+(?:HLS|ACCEL|hls_\w+|ii|ivdep|unroll|loop_coalesce)\b|\b(?:ap_int|ap_fixed|hls_stream|ac_int|ac_fixed|ac_channel|hls_math)\.h\b|\bhls::stream\b|\bap_u?(?:int|fixed)\s*</im.test(
    text.length > scanLimit ? text.slice(0, scanLimit) : text,
  );
}

const scanLimit = 1 << 20;
