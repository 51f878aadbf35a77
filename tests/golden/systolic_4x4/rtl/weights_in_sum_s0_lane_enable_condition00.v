`default_nettype none
// One lane of lane_enable_condition0 in weights_in_sum_s0.
module weights_in_sum_s0_lane_enable_condition00 (
    input wire [2:0] counter4_i,
    input wire [1:0] counter5_i,
    output wire value_o
);
    wire [3:0] product_1 = {counter4_i[1:0], 2'd0};
    wire [3:0] maximum_1 = (product_1 < 4'd6) ? 4'd6 : product_1;
    wire [2:0] difference_1 = 3'd2 - maximum_1[2:0];
    wire less_1 = {1'b0, counter5_i} < difference_1;
    assign value_o = less_1;
    wire unused_ok = &{1'b0, counter4_i[2], maximum_1[3]};
endmodule
`default_nettype wire
