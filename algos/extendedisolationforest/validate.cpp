#include "algos/extendedisolationforest/validate.hpp"

#include <string>

#include <neve/base/error.hpp>

namespace neve::algos::extendedisolationforest {

void validate(const Parameters& p, model::Messages& messages) {
  if (p.categorical_encoding == model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Cannot use OneHotInternal categorical encoding for tree methods; OneHotExplicit "
              "makes the same columns.");
  }
}

void check_training(const Parameters& p, const frame::Frame& training, model::Messages& messages) {
  if (p.sample_size <= training.rows()) return;
  add_error(messages, "sample_size",
            "Parameter sample_size must be in interval [2, " + std::to_string(training.rows()) +
                "], as the training frame has no more rows, but it is " +
                std::to_string(p.sample_size) + ".");
}

void check_extension(const Parameters& p, std::size_t columns) {
  if (static_cast<std::size_t>(p.extension_level) < columns) return;
  throw InputError::illegal_argument("Parameter extension_level must be in interval [0, " +
                                         std::to_string(columns - 1) + "] but it is " +
                                         std::to_string(p.extension_level) +
                                         ": it is less than the number of columns to learn from.",
                                     {{"extension_level", std::to_string(p.extension_level)}});
}

}  // namespace neve::algos::extendedisolationforest
