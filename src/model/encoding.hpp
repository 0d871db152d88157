#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>

namespace neve::model {

/// How the categorical predictors of a training are encoded.
struct EncodingOrder {
  CategoricalEncoding scheme = CategoricalEncoding::automatic;
  std::int32_t most_levels = 10;  ///< EnumLimited: that keep a code of their own
  std::int32_t unsorted = 0;      ///< SortByResponse: columns of at most so many stay as they are
};

/// Replaces the predictors by what they are encoded as, with H2O-3's names and order. What that
/// takes from data (how frequent levels are, their mean response) is that of the training frame.
/// Throws InputError where there would be more than 100,000 predictors.
void encode_roles(mr::Engine& engine, const EncodingOrder& order, const frame::Frame& training,
                  ColumnRoles& roles, const job::TokenPtr& token);

/// How each of the encoding's predictors is read from a frame; `data.levels` are those of the
/// encoding's columns.
std::vector<LevelMap> encode_levels(const Encoding& encoding, const Dataset& data);

/// The same data with a column of its own for each predictor that is not read as it is, so that
/// training, which reads it again and again, need not know of encodings. Indicators take a bit a
/// row, or less.
Dataset with_encoded_columns(mr::Engine& engine, const ColumnRoles& roles, Dataset data,
                             const job::TokenPtr& token);

/// A whole number of 32 bits, in the forms that H2O-3 takes for one in names of levels.
std::optional<std::int32_t> whole_number(std::string_view text);

/// Whether all that scoring looks up in the roles' encoding is there.
bool is_sound_encoding(const ColumnRoles& roles);

}  // namespace neve::model
