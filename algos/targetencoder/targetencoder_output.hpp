#pragma once

#include <span>
#include <string>
#include <vector>

#include <neve/model/model_output.hpp>

#include "algos/targetencoder/targetencoder_model.hpp"

namespace neve::algos::targetencoder {

/// Which columns become which.
struct ColumnsMapping {
  std::vector<std::string> from;
  std::vector<std::string> to;
  static const schema::Schema& schema();
};

/// The object "output" of a target encoder, by H2O's names.
struct TargetEncoderOutput : model::ModelOutput {
  std::vector<ColumnsMapping> input_to_output_columns;
  static const schema::Schema& schema();
};

/// The same as a table.
schema::Table model_summary(std::span<const GroupEncoding> groups);

}  // namespace neve::algos::targetencoder
