#pragma once
#include "hwgen/hwir/design.h"
#include "hwgen/model/prediction.h"
#include "hwgen/optimizer/access_model.h"

#include <string>
#include <vector>

namespace Orrery::test {

/// The model's prediction for a design that was made of a mapping.
class PredictedCounters {
public:
    explicit PredictedCounters(const hwir::Design &design);

    int64_t cycles() const { return int64_t(prediction_.cycles); }

    /// What is counted from the mapping must be what is predicted: a failed check of the running
    /// test for each counter that is not. `operands` are Funcs, that of the input first.
    void check(const optimizer::HardwareAccesses &counted, const std::vector<std::string> &operands,
               const std::string &sum, const std::string &output) const;

private:
    const hwir::Design &design_;
    model::Prediction prediction_;

    void check_array(const optimizer::HardwareAccesses &counted) const;
    void check_copies(const std::vector<optimizer::CopyAccesses> &copies, std::string buffer,
                      const std::string &sum) const;
    void check_counts(const optimizer::CopyAccesses &counted, const std::string &buffer) const;
    void check_busy(const std::string &process, int64_t cycles) const;
};

/// The number in a variable of the environment.
int from_environment(const char *name, int otherwise);

} // namespace Orrery::test
