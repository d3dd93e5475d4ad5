// A 3×3 convolution over one channel, with line buffers: what an HLS tool makes of each loop stands beside it.
// Try: take a PARTITION away, or change the UNROLL.
#include "ap_fixed.h"
#include "hls_stream.h"

typedef ap_fixed<16, 6> pixel_t;
typedef ap_fixed<32, 12> sum_t;

const int WIDTH = 64;
const int HEIGHT = 64;
const int K = 3;

void convolve(hls::stream<pixel_t> &in, hls::stream<pixel_t> &out, const pixel_t weights[K][K]) {
#pragma HLS INTERFACE mode=axis port=in
#pragma HLS INTERFACE mode=axis port=out
  pixel_t lines[K - 1][WIDTH];
#pragma HLS ARRAY_PARTITION variable=lines complete dim=1
  pixel_t window[K][K];
#pragma HLS ARRAY_PARTITION variable=window complete dim=0

ROWS:
  for (int y = 0; y < HEIGHT; y++) {
  COLUMNS:
    for (int x = 0; x < WIDTH; x++) {
#pragma HLS PIPELINE II=1
      pixel_t next = in.read();
    SHIFT:
      for (int i = 0; i < K; i++) {
        window[i][0] = window[i][1];
        window[i][1] = window[i][2];
      }
      window[0][2] = lines[0][x];
      window[1][2] = lines[1][x];
      window[2][2] = next;
      lines[0][x] = lines[1][x];
      lines[1][x] = next;

      sum_t sum = 0;
    MAC_ROWS:
      for (int i = 0; i < K; i++) {
      MAC:
        for (int j = 0; j < K; j++) {
          sum += window[i][j] * weights[i][j];
        }
      }
      out.write(sum);
    }
  }
}

// One dense layer without any pragma: the hints say what is to be gained.
void dense(const float x[128], const float w[32][128], const float bias[32], float y[32]) {
OUTPUTS:
  for (int o = 0; o < 32; o++) {
    float sum = bias[o];
  INPUTS:
    for (int i = 0; i < 128; i++) {
      sum += w[o][i] * x[i];
    }
    y[o] = sum > 0 ? sum : 0;
  }
}
