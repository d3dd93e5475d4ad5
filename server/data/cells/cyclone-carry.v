// Carry chains of Cyclone IV, which Yosys' `synth_intel` builds of plain LUTs. A logic element in arithmetic mode adds two bits
// and the carry of its neighbour (Intel, "Cyclone IV Device Handbook", volume 1, chapter 2): `combout` is the upper half of the
// mask, `cout` the lower. A carry reaches other logic only through the sum of one more element.
(* techmap_celltype = "$alu" *)
module ridgepoint_cyclone_alu (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_CI_ = 0;
  parameter _TECHMAP_CONSTVAL_CI_ = 0;
  parameter _TECHMAP_CONSTMSK_BI_ = 0;
  parameter _TECHMAP_CONSTVAL_BI_ = 0;
  (* force_downto *) input [A_WIDTH-1:0] A;
  (* force_downto *) input [B_WIDTH-1:0] B;
  input CI, BI;
  (* force_downto *) output [Y_WIDTH-1:0] X, Y, CO;

  // Two bits are as well off in two LUTs.
  wire _TECHMAP_FAIL_ = Y_WIDTH <= 2;

  (* force_downto *) wire [Y_WIDTH-1:0] a, b, given;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(given));

  // An inversion that is always there is one of the mask.
  localparam FIXED = _TECHMAP_CONSTMSK_BI_ == 1;
  localparam INVERTED = FIXED && _TECHMAP_CONSTVAL_BI_ == 1;
  assign b = FIXED ? given : given ^ {Y_WIDTH{BI}};
  assign X = a ^ given ^ {Y_WIDTH{BI}};

  wire [Y_WIDTH:0] carry;
  generate
    if (_TECHMAP_CONSTMSK_CI_ == 1 && _TECHMAP_CONSTVAL_CI_ == 0) assign carry[0] = 1'b0;
    else
      cycloneive_lcell_comb #(.lut_mask(16'hAAAA), .sum_lutc_input("cin")) first (
        .dataa(CI), .datab(1'b0), .datac(1'b1), .datad(1'b1), .cin(1'b0), .cout(carry[0])
      );
  endgenerate

  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
      cycloneive_lcell_comb #(
        .lut_mask(INVERTED ? 16'h69B2 : 16'h96E8), .sum_lutc_input("cin")
      ) sum (
        .dataa(a[i]), .datab(b[i]), .datac(1'b1), .datad(1'b1), .cin(carry[i]),
        .combout(Y[i]), .cout(carry[i+1])
      );
      cycloneive_lcell_comb #(.lut_mask(16'h96E8), .sum_lutc_input("cin")) out (
        .dataa(1'b0), .datab(1'b0), .datac(1'b1), .datad(1'b1), .cin(carry[i+1]), .combout(CO[i])
      );
    end
  endgenerate
endmodule
