// Transposes a matrix in three ways: the costs on the lines say why the third is the fastest.
// ridgepoint: width=4096, height=4096
#include <cuda_runtime.h>

constexpr int TILE = 32;
constexpr int ROWS = 8;

// Neighbouring threads write elements that lie a whole row apart.
__global__ void transposeNaive(float *out, const float *in, int width, int height) {
  const int x = blockIdx.x * TILE + threadIdx.x;
  const int y = blockIdx.y * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS)
    out[x * height + y + row] = in[(y + row) * width + x];
}

// Both sides are coalesced, but a column of the tile lies in one bank.
__global__ void transposeTiled(float *out, const float *in, int width, int height) {
  __shared__ float tile[TILE][TILE];
  const int x = blockIdx.x * TILE + threadIdx.x;
  const int y = blockIdx.y * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS)
    tile[threadIdx.y + row][threadIdx.x] = in[(y + row) * width + x];
  __syncthreads();
  const int outX = blockIdx.y * TILE + threadIdx.x;
  const int outY = blockIdx.x * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS)
    out[(outY + row) * height + outX] = tile[threadIdx.x][threadIdx.y + row];
}

__global__ void transposePadded(float *out, const float *in, int width, int height) {
  __shared__ float tile[TILE][TILE + 1];
  const int x = blockIdx.x * TILE + threadIdx.x;
  const int y = blockIdx.y * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS)
    tile[threadIdx.y + row][threadIdx.x] = in[(y + row) * width + x];
  __syncthreads();
  const int outX = blockIdx.y * TILE + threadIdx.x;
  const int outY = blockIdx.x * TILE + threadIdx.y;
  for (int row = 0; row < TILE; row += ROWS)
    out[(outY + row) * height + outX] = tile[threadIdx.x][threadIdx.y + row];
}

void transpose(float *out, const float *in, int width, int height) {
  const dim3 grid(width / TILE, height / TILE);
  const dim3 block(TILE, ROWS);
  transposeNaive<<<grid, block>>>(out, in, width, height);
  transposeTiled<<<grid, block>>>(out, in, width, height);
  transposePadded<<<grid, block>>>(out, in, width, height);
}
