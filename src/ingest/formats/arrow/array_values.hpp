#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/array.h>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// Makes plain values of one column's arrays. Keeps its buffers from array to array; what it gives
/// lives until the next call.
class ArrayValues {
 public:
  /// Throws Problem where the array's own places lead out of it, or a value is out of range.
  Values of(const arrow::Array& array);

 private:
  Values of_type(const arrow::Array& array);
  Values integers(const arrow::Array& array);
  Values moments(const arrow::Array& array);
  Values reals(const arrow::Array& array);
  Values decimals(const arrow::Array& array);
  Values texts(const arrow::Array& array);
  Values codes(const arrow::DictionaryArray& array);
  Values gather(const arrow::DictionaryArray& array);
  Values nothing(std::int64_t rows);
  template <class Array>
  Values plain_integers(const arrow::Array& array);
  template <class Array>
  Values numerals_of(const arrow::Array& array, const auto& text_of);
  /// value · multiply / divide, rounded down.
  template <class Array>
  Values scaled(const arrow::Array& array, std::int64_t multiply, std::int64_t divide);
  template <class Array>
  Values plain_reals(const arrow::Array& array);
  template <class Array>
  Values decimals_of(const arrow::Array& array, int scale);
  template <class Array>
  void view_binary(const arrow::Array& array, std::vector<std::string_view>& views);
  void view(const arrow::Array& array, std::vector<std::string_view>& views);
  template <class Array>
  void indices_of(const arrow::Array& array, std::int64_t count);
  void read_indices(const arrow::DictionaryArray& array);

  std::vector<std::int64_t> integers_;
  std::vector<double> reals_;
  std::vector<std::string_view> texts_;
  std::vector<std::string> numerals_;
  std::vector<std::int32_t> codes_;
  std::shared_ptr<arrow::Array> dictionary_;  // that `levels_` are of
  std::vector<std::string_view> levels_;
  std::unique_ptr<ArrayValues> of_dictionary_;  // where its values are no texts
};

}  // namespace neve::ingest::columnar
