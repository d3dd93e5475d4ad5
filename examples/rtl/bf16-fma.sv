// A multiply-add of bfloat16 as an element of a matrix engine has it; its parts stand on lines of their own, so that each has its gates:
// product, alignment, sum, normalization, rounding. Sums carry their first bit, {sign, exponent, mantissa of 8 bits}. With
// APPROXIMATE a sum is moved by multiples of four places alone, as groups of bits say, so that up to three bits of it are lost.
// Subnormal numbers are zeros; infinities are not told apart.
module bf16_fma #(
  parameter bit APPROXIMATE = 0
) (
  input  logic        clk,
  input  logic [15:0] a,
  input  logic [15:0] b,
  input  logic [16:0] c,
  output logic [16:0] y
);
  // Exponents with two bits for what is below and above.
  logic signed [9:0] exponent_p, exponent_c, exponent_max, distance;
  logic [15:0] product;
  logic [7:0]  mantissa_a, mantissa_b, mantissa_c;
  logic        sign_p, sign_c, sign, is_product_larger, is_difference;
  logic [26:0] larger, smaller, aligned, lost, sum, normal;
  logic [27:0] signed_sum;
  logic [4:0]  places, zeros;
  logic [8:0]  rounded;
  logic signed [9:0] exponent;

  assign mantissa_a = {|a[14:7], a[6:0]};
  assign mantissa_b = {|b[14:7], b[6:0]};
  assign mantissa_c = c[7:0];
  assign product = mantissa_a * mantissa_b;
  assign exponent_p = $signed({2'b0, a[14:7]}) + $signed({2'b0, b[14:7]}) - 10'sd126;
  assign exponent_c = $signed({2'b0, c[15:8]});
  assign sign_p = a[15] ^ b[15];
  assign sign_c = c[16];

  // The smaller one is moved to the places of the other; what leaves is remembered in the last bit.
  assign is_product_larger = exponent_p >= exponent_c && product != 0 || mantissa_c == 0;
  assign distance = is_product_larger ? exponent_p - exponent_c : exponent_c - exponent_p;
  assign exponent_max = is_product_larger ? exponent_p : exponent_c;
  assign larger = is_product_larger ? {1'b0, product, 10'b0} : {1'b0, mantissa_c, 18'b0};
  assign smaller = is_product_larger ? {1'b0, mantissa_c, 18'b0} : {1'b0, product, 10'b0};
  assign places = distance > 27 ? 5'd27 : distance[4:0];
  assign {aligned, lost} = {smaller, 27'b0} >> places;

  assign is_difference = sign_p ^ sign_c;
  assign signed_sum = {1'b0, larger} + ({1'b0, aligned[26:1], aligned[0] | |lost} ^ {28{is_difference}}) + {27'b0, is_difference};
  assign sum = signed_sum[27] ? -signed_sum[26:0] : signed_sum[26:0];
  assign sign = (is_product_larger ? sign_p : sign_c) ^ signed_sum[27];

  // How far the first one is from the top: exactly, or in groups of four bits.
  always_comb begin
    zeros = APPROXIMATE ? 5'd24 : 5'd26;
    if (APPROXIMATE) begin
      for (int i = 0; i < 7; i++) if (|(sum & (27'h7800000 >> (4 * (6 - i))))) zeros = 5'(4 * (6 - i));
    end else begin
      for (int i = 0; i < 27; i++) if (sum[i]) zeros = 5'(26 - i);
    end
  end
  assign normal = sum << zeros;
  assign exponent = exponent_max + 10'sd1 - $signed({5'b0, zeros});

  // To nearest, ties to even. The leading one is at the top, or up to three places below where it was not looked for.
  assign rounded = {1'b0, normal[26:19]} + {8'b0, normal[18] & (|normal[17:0] | normal[19])};
  always_ff @(posedge clk)
    if (sum == 0 || exponent <= 0) y <= {sign, 16'b0};
    else y <= {sign, exponent[7:0] + {7'b0, rounded[8]}, rounded[8] ? rounded[8:1] : rounded[7:0]};
endmodule
