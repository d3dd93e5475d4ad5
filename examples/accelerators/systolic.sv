// One element: activations move right, partial sums move down, the weight stays until a new column of them is loaded.
module weight_cell #(
    parameter DATA_WIDTH = 8,
    parameter ACC_WIDTH = 32
) (
    input  logic                         clk,
    input  logic                         load,
    input  logic signed [DATA_WIDTH-1:0] left,
    input  logic signed [DATA_WIDTH-1:0] weight_in,
    input  logic signed [ACC_WIDTH-1:0]  sum_in,
    output logic signed [DATA_WIDTH-1:0] right,
    output logic signed [DATA_WIDTH-1:0] weight,
    output logic signed [ACC_WIDTH-1:0]  sum
);
  always_ff @(posedge clk) begin
    right <= left;
    if (load) weight <= weight_in;
    sum <= sum_in + left * weight;
  end
endmodule

// A weight-stationary array. Its size and what it costs on a part are read from here:
// `ridgepoint map model.onnx --accelerator examples/accelerators/systolic.sv --sweep rows=16,32 --part asic`.
// ridgepoint: accelerator dataflow=weight-stationary rows=ROWS columns=COLS width=DATA_WIDTH accumulator=ACC_WIDTH clock=500MHz node=28 buffer.scratchpad=256KiB dram=12.8GB/s
module systolic #(
    parameter ROWS = 16,
    parameter COLS = 16,
    parameter DATA_WIDTH = 8,
    parameter ACC_WIDTH = 32
) (
    input  logic clk,
    input  logic load,
    input  logic [ROWS-1:0][DATA_WIDTH-1:0] left,
    input  logic [COLS-1:0][DATA_WIDTH-1:0] weight,
    output logic [COLS-1:0][ACC_WIDTH-1:0]  bottom
);
  logic [ROWS-1:0][COLS:0][DATA_WIDTH-1:0] right;
  logic [ROWS:0][COLS-1:0][DATA_WIDTH-1:0] stay;
  logic [ROWS:0][COLS-1:0][ACC_WIDTH-1:0] sum;

  for (genvar r = 0; r < ROWS; r++) begin : rows
    assign right[r][0] = left[r];
    for (genvar c = 0; c < COLS; c++) begin : columns
      weight_cell #(
          .DATA_WIDTH(DATA_WIDTH),
          .ACC_WIDTH (ACC_WIDTH)
      ) cell_of (
          .clk      (clk),
          .load     (load),
          .left     (right[r][c]),
          .weight_in(stay[r][c]),
          .sum_in   (sum[r][c]),
          .right    (right[r][c+1]),
          .weight   (stay[r+1][c]),
          .sum      (sum[r+1][c])
      );
    end
  end
  assign stay[0] = weight;
  assign sum[0]  = '0;
  assign bottom  = sum[ROWS];
endmodule
