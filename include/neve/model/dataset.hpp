#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

/// What a predictor holds of a frame's categorical column.
enum class EncodedForm : std::uint8_t {
  whole,      ///< the column itself, which may also hold numbers
  indicator,  ///< 1 for one level, or for what is missing; else 0
  bit,        ///< one binary digit of the code plus 1; missing ones count as 0
  code,       ///< the code as a number
  text,       ///< the number that the level's text is
  number,     ///< a number for each level
  group,      ///< a code of fewer levels
  target      ///< what a target encoder makes of the level, or of a missing one
};

/// One predictor made from a frame's column.
struct Encoded {
  EncodedForm form = EncodedForm::whole;
  std::int32_t source = 0;           ///< of Encoding::names
  std::int32_t which = 0;            ///< level (the domain's size: missing), or digit from the last
  std::vector<double> numbers = {};  ///< of levels; target: as a ColumnEncoder gives them
  std::vector<std::int32_t> groups = {};  ///< of levels, and of those that training did not see
  template <class Archive>
  void fields(Archive& archive) {
    archive(form, source, which, numbers, groups);
  }
};

/// How columns of a frame become predictors that are not those columns (categorical_encoding).
struct Encoding {
  std::vector<std::string> names;         ///< the frame's columns; empty: they are the predictors
  std::vector<frame::ColumnType> types;   ///< of these
  std::vector<frame::DomainPtr> domains;  ///< of these
  std::vector<Encoded> predictors;        ///< as many as the model has
  template <class Archive>
  void fields(Archive& archive) {
    archive(names, types, domains, predictors);
  }
};

/// What a target encoder makes of the levels of columns, for models that learn from its numbers.
class ColumnEncoder {
 public:
  struct Column {
    std::string name;                  ///< of a frame
    frame::DomainPtr domain;           ///< of the frame that the encoder has learnt from
    std::vector<std::string> outputs;  ///< names of the numbers that it becomes
  };
  virtual ~ColumnEncoder() = default;
  [[nodiscard]] virtual std::vector<Column> columns() const = 0;
  /// The column that tells rows' folds; empty where the encoder does not know any.
  [[nodiscard]] virtual std::string fold_column() const = 0;
  /// The numbers of output `output` of column `column`, by rows that are in none of these values of
  /// the fold column: those of all levels, of a missing one, of one that the encoder does not know.
  [[nodiscard]] virtual std::vector<double> numbers(
      std::size_t column, std::size_t output,
      std::span<const std::int64_t> without_folds) const = 0;
};

/// What the columns of a training frame are to a model, fixed before training: predictors in the
/// order of the frame, then what is not a predictor. Domains are those of the training frame.
struct ColumnRoles {
  std::vector<std::string> predictors;
  /// Of the predictors: numeric (times too), categorical, or string where the algorithm reads text.
  std::vector<frame::ColumnType> types;
  std::vector<frame::DomainPtr> domains;  ///< of the predictors; null for numbers
  std::string response;                   ///< empty without
  frame::DomainPtr response_domain;       ///< null where the response is a number
  std::string weights;                    ///< empty without
  std::string offset;                     ///< empty without
  Encoding encoding = {};                 ///< what predictors are made of

  [[nodiscard]] std::int32_t classes() const {
    return response_domain ? static_cast<std::int32_t>(response_domain->size()) : 1;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(predictors, types, domains, response, response_domain, weights, offset, encoding);
  }
};

/// Codes of a scoring frame's column as codes of the training domain. Unseen levels become the
/// training domain's size. Or what a predictor holds that is encoded as numbers.
struct LevelMap {
  bool identity = true;
  std::vector<std::int32_t> to_training = {};
  EncodedForm form = EncodedForm::whole;
  std::int32_t which = 0;            ///< code of the scoring frame (-1: missing), or digit
  std::vector<double> numbers = {};  ///< of codes of the scoring frame; target: then if missing
  template <class Archive>
  void fields(Archive& archive) {
    archive(identity, to_training, form, which, numbers);
  }
  /// Whether the predictor is the column as it is.
  [[nodiscard]] bool is_plain() const { return identity && form == EncodedForm::whole; }
  [[nodiscard]] bool makes_numbers() const {
    return form != EncodedForm::whole && form != EncodedForm::group;
  }
  /// What a predictor that makes_numbers() holds where the scoring frame has these codes.
  void fill_numbers(std::span<const std::int32_t> codes, std::span<double> out) const;
  [[nodiscard]] std::int32_t map(std::int32_t code) const {
    return identity || code < 0 ? code : to_training[static_cast<std::size_t>(code)];
  }
};

/// A frame as a model sees it: its own columns in its own order, whatever the frame's order, names
/// that are missing, and levels. Any frame can be adapted; what could not be matched is in
/// `warnings`.
struct Dataset {
  frame::Frame frame;  ///< as the user named it
  mr::Inputs inputs;   ///< columns that exist, each once; what the other members index
  std::vector<std::int32_t> predictors;  ///< index into inputs per model column; -1: all missing
  std::vector<LevelMap> levels;          ///< per model column; identity for numbers
  std::int32_t response = -1;            ///< index into inputs; -1 without
  LevelMap response_levels;
  std::int32_t weights = -1;  ///< of a fold: a column that no role names
  std::int32_t offset = -1;
  std::vector<std::string> warnings;
  std::vector<frame::Column> made = {};  ///< inputs that are not the frame's; they live as long
};

/// Adapts a frame to the roles. Columns match by name, levels by text. Columns and levels that are
/// not there are warned about and count as missing, with `needs_response` also weights, which are
/// then 1; a number in place of a category, or the other way round, is an InputError, as is a frame
/// without any of the model's predictors, or without a column that the model cannot do without: its
/// offset, and with `needs_response` its response.
Dataset adapt(const ColumnRoles& roles, const frame::Frame& frame, bool needs_response);

/// What a column holds, for checks before training.
struct ColumnRange {
  double low = 0;  ///< meaningless where all are missing
  double high = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  bool integers = true;
  [[nodiscard]] bool constant(std::int64_t rows) const {
    return missing == rows || (missing == 0 && low == high);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(low, high, missing, zeros, integers);
  }
};

/// Ranges of columns of one layout, in the order of `inputs`.
std::vector<ColumnRange> ranges_of(mr::Engine& engine, const mr::Inputs& inputs,
                                   const job::TokenPtr& token);

}  // namespace neve::model
