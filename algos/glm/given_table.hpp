#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>

namespace neve::algos::glm {

/// The cells of a small frame that a parameter names, fetched to the driver. Errors name the
/// parameter.
class GivenTable {
 public:
  /// `frame` and `engine` outlive the table. Throws InputError where it has too many rows.
  GivenTable(mr::Engine& engine, const frame::Frame& frame, std::string parameter);
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(frame_.rows()); }
  [[nodiscard]] bool has(std::string_view column) const { return frame_.find(column).has_value(); }
  /// Throws InputError where the frame has a column that is none of these.
  void allow_only(const std::vector<std::string_view>& columns) const;
  /// Of a column of texts or levels; empty where missing. Throws InputError for another kind, or
  /// where the column is not there.
  [[nodiscard]] std::vector<std::string> texts(std::string_view column) const;
  /// Of a column of numbers, NaN where missing. Throws InputError likewise.
  [[nodiscard]] std::vector<double> numbers(std::string_view column) const;
  /// An InputError that says what is wrong with the frame.
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  [[nodiscard]] const frame::Column& column(std::string_view name) const;

  mr::Engine& engine_;
  const frame::Frame& frame_;
  std::string parameter_;
};

}  // namespace neve::algos::glm
