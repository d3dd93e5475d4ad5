// A systolic array for matrix products: activations travel to the right, partial sums stay where they are
// (output-stationary). Every line shows what it takes on the chosen part; try `--part ice40up5k`, or N = 16.

module mac_cell #(
  parameter int W   = 8,
  parameter int ACC = 32
) (
  input  logic                  clk,
  input  logic                  clear,
  input  logic signed [W-1:0]   a,
  input  logic signed [W-1:0]   b,
  output logic signed [W-1:0]   a_next,
  output logic signed [W-1:0]   b_next,
  output logic signed [ACC-1:0] sum
);
  logic signed [2*W-1:0] product;

  always_ff @(posedge clk) begin
    a_next  <= a;
    b_next  <= b;
    product <= a * b;
    if (clear) sum <= '0;
    else sum <= sum + ACC'(product);
  end
endmodule

module systolic #(
  parameter int N   = 4,
  parameter int W   = 8,
  parameter int ACC = 32
) (
  input  logic             clk,
  input  logic             clear,
  input  logic [N*W-1:0]   a,
  input  logic [N*W-1:0]   b,
  input  logic [$clog2(N*N)-1:0] select,
  output logic [ACC-1:0]   y
);
  logic [W-1:0]   across [N*(N+1)];
  logic [W-1:0]   down   [(N+1)*N];
  logic [ACC-1:0] sums   [N*N];

  for (genvar r = 0; r < N; r++) begin : rows
    assign across[r*(N+1)] = a[r*W+:W];
    assign down[r]         = b[r*W+:W];
    for (genvar c = 0; c < N; c++) begin : columns
      mac_cell #(.W(W), .ACC(ACC)) cell_i (
        .clk, .clear,
        .a(across[r*(N+1)+c]), .b(down[r*N+c]),
        .a_next(across[r*(N+1)+c+1]), .b_next(down[(r+1)*N+c]),
        .sum(sums[r*N+c])
      );
    end
  end

  // One of N×N sums a cycle.
  always_ff @(posedge clk) y <= sums[select];
endmodule
