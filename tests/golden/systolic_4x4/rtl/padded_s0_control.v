`default_nettype none
// Loop extents, conditions and address parts of padded_s0.
module padded_s0_control (
    input wire [2:0] counter0_i, counter1_i,
    output wire input_stream_condition_o, input_stream_condition2_o,
    output wire input_stream_condition3_o, input_stream_condition4_o, control1_value_o
);
    wire less_1 = counter1_i < 3'd6;
    wire at_most_1 = (3'd1 <= counter1_i);
    wire at_most_2 = (3'd1 <= counter0_i);
    wire less_2 = counter0_i < 3'd6;
    wire at_most_3 = (3'd6 <= counter1_i);
    wire less_3 = counter1_i < 3'd1;
    wire either_1 = at_most_3 | less_3;
    wire less_4 = counter0_i < 3'd1;
    wire either_2 = either_1 | less_4;
    wire at_most_4 = (3'd6 <= counter0_i);
    wire either_3 = either_2 | at_most_4;
    assign input_stream_condition_o = less_1;
    assign input_stream_condition2_o = at_most_1;
    assign input_stream_condition3_o = at_most_2;
    assign input_stream_condition4_o = less_2;
    assign control1_value_o = either_3;
endmodule
`default_nettype wire
