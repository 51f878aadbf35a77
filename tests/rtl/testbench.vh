// Included in every testbench: clock, reset, random numbers, counted checks, and the end of the simulation.
// A testbench is one loop over cycles: drive the inputs, `settle`, compare the outputs with a model, advance the model. Inputs
// change at the falling edge. Parameters come as macros; +seed=N sets the random numbers.
    reg     clk = 1'b0, rst = 1'b1;
    integer seed, checks = 0, errors = 0;
    always #5 clk = !clk;

    task settle; begin #1; end endtask

    task reset;
        begin
            if (!$value$plusargs("seed=%d", seed)) seed = 1;
            rst = 1'b1;
            repeat (3) @(negedge clk);
            rst = 1'b0;
        end
    endtask

    // 0 .. limit - 1
    function integer below(input integer limit);
        below = $unsigned($random(seed)) % limit;
    endfunction

    function chance(input integer percent);
        chance = below(100) < percent;
    endfunction

    task check(input ok, input [8*40-1:0] what);
        begin
            checks = checks + 1;
            if (ok !== 1'b1) begin
                errors = errors + 1;
                if (errors <= 10) $display("time %0t: wrong %0s", $time, what);
            end
        end
    endtask

    task finish;
        begin
            $display("%0s: %0d checks, %0d errors", errors == 0 && checks > 0 ? "PASS" : "FAIL", checks, errors);
            $finish;
        end
    endtask

    initial begin
        #10000000;
        $display("FAIL: hangs");
        $finish;
    end
