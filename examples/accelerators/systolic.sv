// A weight-stationary array: activations move right, partial sums move down.
// `ridgepoint map model.onnx --accelerator examples/accelerators/systolic.sv` reads its size from here:
// ridgepoint: accelerator dataflow=weight-stationary rows=ROWS columns=COLS width=DATA_WIDTH accumulator=ACC_WIDTH clock=500MHz node=28 buffer.scratchpad=256KiB dram=12.8GB/s
module systolic #(
    parameter ROWS = 16,
    parameter COLS = 16,
    parameter DATA_WIDTH = 8,
    parameter ACC_WIDTH = 32
) (
    input  logic clk,
    input  logic load,
    input  logic signed [DATA_WIDTH-1:0] left [ROWS],
    input  logic signed [DATA_WIDTH-1:0] weight [COLS],
    output logic signed [ACC_WIDTH-1:0]  bottom [COLS]
);
  logic signed [DATA_WIDTH-1:0] right [ROWS][COLS+1];
  logic signed [DATA_WIDTH-1:0] stay [ROWS+1][COLS];
  logic signed [ACC_WIDTH-1:0] sum [ROWS+1][COLS];

  for (genvar r = 0; r < ROWS; r++) begin : rows
    assign right[r][0] = left[r];
    for (genvar c = 0; c < COLS; c++) begin : columns
      always_ff @(posedge clk) begin
        right[r][c+1] <= right[r][c];
        if (load) stay[r+1][c] <= stay[r][c];
        sum[r+1][c] <= sum[r][c] + right[r][c] * stay[r+1][c];
      end
    end
  end
  for (genvar c = 0; c < COLS; c++) begin : edges
    assign stay[0][c] = weight[c];
    assign sum[0][c] = '0;
    assign bottom[c] = sum[ROWS][c];
  end
endmodule
