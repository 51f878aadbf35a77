#pragma once

/// Verilator's printf (VL_PRINTF): text of $display and of failed assertions is kept for the
/// simulator.
int orrery_model_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
