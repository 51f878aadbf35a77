// Nests whose extents depend on the loops around them, with empty loops and random stalls, restarted with and without a gap,
// and asked for another run while one is under way.
module sequencer_tb;
    `include "testbench.vh"
    localparam integer LOOPS = `LOOPS, WIDTH = `WIDTH;

    reg                    start = 1'b0, stall = 1'b0;
    reg  [LOOPS*WIDTH-1:0] extent;
    wire [LOOPS*WIDTH-1:0] index;
    wire [LOOPS-1:0]       first, increment;
    wire [LOOPS:0]         first_from, last_from;
    wire                   valid, enable, fire, done, begins;
    sequencer #(.LOOPS(LOOPS), .WIDTH(WIDTH)) dut (
        .clk_i(clk), .rst_i(rst), .start_i(start), .stall_i(stall), .extent_i(extent), .index_o(index), .first_o(first),
        .first_from_o(first_from), .last_from_o(last_from), .increment_o(increment), .valid_o(valid), .enable_o(enable),
        .fire_o(fire), .done_o(done), .start_o(begins));

    // Extent of a loop: depends on the index of the loop around it; 0 now and then.
    integer most = LOOPS > 5 ? 3 : 5;
    integer offset [0:LOOPS-1];
    function integer extent_of(input integer loop, input integer around);
        begin
            extent_of = (offset[loop] + 2 * around) % most;
            if (extent_of >= 1 << WIDTH) extent_of = (1 << WIDTH) - 1;
        end
    endfunction
    integer k, version = 0; // of the offsets
    always @(index or version) begin
        for (k = 0; k < LOOPS; k = k + 1)
            extent[k*WIDTH +: WIDTH] = extent_of(k, k == 0 ? 0 : index[(k == 0 ? 0 : k-1)*WIDTH +: WIDTH]);
    end

    integer at [0:LOOPS-1];
    integer size [0:LOOPS-1];
    integer running, waiting, begun, i, advance, empty, from_first, from_last, point, runs, points;

    task compare;
        begin
            empty   = LOOPS; // outermost empty loop
            advance = -1;    // innermost loop that can advance
            for (i = LOOPS - 1; i >= 0; i = i - 1) begin
                size[i] = extent_of(i, i == 0 ? 0 : at[i == 0 ? 0 : i-1]);
                if (size[i] == 0) empty = i;
            end
            for (i = 0; i < empty; i = i + 1) if (at[i] + 1 < size[i]) advance = i;
            from_first = 1;
            from_last  = 1;
            check(first_from[LOOPS] && last_from[LOOPS], "innermost flags");
            for (i = LOOPS - 1; i >= 0; i = i - 1) begin
                from_first = from_first && at[i] == 0;
                from_last  = advance < i;
                check(index[i*WIDTH +: WIDTH] == at[i], "index");
                check(first[i] == (at[i] == 0), "first");
                check(first_from[i] == from_first, "first_from");
                check(last_from[i] == from_last, "last_from");
                check(increment[i] == (advance == i), "increment");
            end
            check(enable == (empty == LOOPS), "enable");
            check(fire == !stall, "fire");
            check(done == (!stall && advance < 0), "done");
        end
    endtask

    initial begin
        for (i = 0; i < LOOPS; i = i + 1) offset[i] = 1;
        version = 1;
        reset;
        running = 0;
        waiting = 0;
        points  = 0;
        for (i = 0; i < LOOPS; i = i + 1) at[i] = 0;
        runs = 0;
        while (runs < 60) begin
            stall = chance(runs % 3 * 30);
            start = 1'b0;
            settle;
            check(valid == running, "valid");
            if (running) compare; else check(!enable && !fire && !done, "idle outputs");
            if (!waiting && chance(running && !done ? 2 : 60)) begin // behind, back to back or after a gap
                start   = 1'b1;
                waiting = 1;
                runs    = runs + 1;
                settle;
            end
            check(begins == (waiting && (!running || done)), "start");
            begun = begins;
            if (begun) waiting = 0;
            @(posedge clk);
            #1;
            if (running && !stall) begin
                points = points + 1;
                if (advance < 0) running = 0;
                for (i = 0; i < LOOPS; i = i + 1) at[i] = i < advance ? at[i] : i == advance ? at[i] + 1 : 0;
            end
            if (begun) begin
                running = 1;
                for (i = 0; i < LOOPS; i = i + 1) offset[i] = below(20) == 0 ? 0 : below(most) + (below(4) == 0 ? 0 : 1);
                version = version + 1;
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
