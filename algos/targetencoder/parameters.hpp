#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>

namespace neve::algos::targetencoder {

/// What keeps a row's own response out of its encoding, where training rows are encoded.
enum class LeakageHandling : std::uint8_t { leave_one_out, k_fold, none };

/// What a user may say about a target encoder. Help and levels are in parameters.cpp.
struct Parameters : model::CommonParameters {
  Parameters() { ignore_const_cols = false; }
  /// Not CommonParameters::fold_column, which asks for a cross-validation.
  schema::ColumnName encoding_folds;
  std::optional<std::vector<std::vector<std::string>>> columns_to_encode;
  bool keep_original_categorical_columns = true;
  bool blending = false;
  double inflection_point = 10;
  double smoothing = 20;
  LeakageHandling data_leakage_handling = LeakageHandling::none;
  double noise = 0.01;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::targetencoder

template <>
struct neve::schema::EnumText<neve::algos::targetencoder::LeakageHandling> {
  static constexpr std::string_view name =
      "H2otargetencodingTargetEncoderModelDataLeakageHandlingStrategy";
  static constexpr std::array<std::string_view, 3> values = {"LeaveOneOut", "KFold", "None"};
};
