#include <neve/model/score.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include <neve/base/error.hpp>

#include "model/encoding.hpp"

namespace neve::model {

std::string class_column(const std::string& level) {
  return whole_number(level) ? "p" + level : level;
}

std::vector<std::string> Model::output_names() const {
  if (!is_classifier(header.category)) return {"predict"};
  std::vector<std::string> names;
  for (std::size_t k = 0; k < outputs(); ++k)
    names.push_back(class_column((*header.roles.response_domain)[k]));
  return names;
}

namespace {

std::int32_t code_of(double value) {
  return std::isnan(value) ? frame::kMissingCode : static_cast<std::int32_t>(value);
}

}  // namespace

struct BlockReader::Buffers {
  const mr::RowGroup& group;
  const ScorePlan& plan;
  const PickedRows* picked;
  std::vector<std::vector<double>> numbers = {};
  std::vector<std::vector<std::int32_t>> codes = {};
  std::vector<double> offset = {};
  std::vector<double> response = {};
  ScoreBlock block = {};
  /// Of the last column that encoded predictors were made of, as there are often several of one.
  std::vector<std::int32_t> encoded = {};
  std::int32_t encoded_from = -1;

  /// Fills `out` with the rows that are read from `begin` on; decode(row, out) gives consecutive
  /// ones.
  template <class T, class Decode>
  void read_rows(std::int64_t begin, std::span<T> out, const Decode& decode) const {
    if (picked == nullptr) return decode(begin, out);
    std::array<T, ScoreBlock::kMostRows> window;
    const auto rows = std::span(*picked).subspan(static_cast<std::size_t>(begin), out.size());
    for (std::size_t i = 0; i < rows.size();) {
      const std::size_t first = rows[i];
      std::size_t end = i;
      while (end < rows.size() && rows[end] < first + window.size()) ++end;
      decode(static_cast<std::int64_t>(first), std::span(window).first(rows[end - 1] - first + 1));
      for (; i < end; ++i) out[i] = window[rows[i] - first];
    }
  }
  void read_codes(std::int32_t at, std::int64_t begin, std::span<std::int32_t> out) const {
    const frame::Chunk& chunk = group.columns[static_cast<std::size_t>(at)];
    read_rows(begin, out, [&](std::int64_t row, std::span<std::int32_t> part) {
      chunk.decode_codes(row, part);
    });
  }
  void read_numbers(std::int32_t at, std::int64_t begin, std::span<double> out) const {
    const frame::Chunk& chunk = group.columns[static_cast<std::size_t>(at)];
    read_rows(begin, out,
              [&](std::int64_t row, std::span<double> part) { chunk.decode(row, part); });
  }
  void read_predictor(std::size_t c, std::int64_t begin, std::size_t rows);
  void read_response(std::int64_t begin, std::size_t rows);
};

void BlockReader::Buffers::read_predictor(std::size_t c, std::int64_t begin, std::size_t rows) {
  const std::int32_t at = plan.predictors[c];
  const LevelMap& levels = plan.levels[c];
  if (plan.types[c] == frame::ColumnType::categorical) {
    const std::span<std::int32_t> out(codes[c].data(), rows);
    block.codes[c] = out;
    if (at < 0) return;
    read_codes(at, begin, out);
    if (levels.identity) return;
    for (std::int32_t& code : out) code = levels.map(code);
    return;
  }
  const std::span<double> out(numbers[c].data(), rows);
  block.numbers[c] = out;
  if (at < 0) return;
  if (!levels.makes_numbers()) return read_numbers(at, begin, out);
  if (encoded_from != at) {
    encoded.resize(rows);
    read_codes(at, begin, encoded);
    encoded_from = at;
  }
  levels.fill_numbers(encoded, out);
}

void BlockReader::Buffers::read_response(std::int64_t begin, std::size_t rows) {
  const std::span<double> out(response.data(), rows);
  block.response = out;
  read_numbers(plan.response, begin, out);
  if (plan.response_levels.identity) return;
  for (double& value : out) {
    if (!std::isnan(value)) value = plan.response_levels.map(static_cast<std::int32_t>(value));
  }
}

BlockReader::BlockReader(const mr::RowGroup& group, const ScorePlan& plan, const PickedRows* picked)
    : buffers_(std::make_unique<Buffers>(Buffers{group, plan, picked})) {
  const std::size_t columns = plan.predictors.size();
  buffers_->numbers.resize(columns);
  buffers_->codes.resize(columns);
  buffers_->block.numbers.resize(columns);
  buffers_->block.codes.resize(columns);
  const std::vector<std::int32_t> missing(ScoreBlock::kMostRows, frame::kMissingCode);
  for (std::size_t c = 0; c < columns; ++c) {
    // Columns that the frame lacks stay missing in every block.
    if (plan.types[c] == frame::ColumnType::categorical) {
      buffers_->codes[c] = missing;
    } else {
      buffers_->numbers[c].assign(ScoreBlock::kMostRows, frame::kMissingDouble);
      if (plan.levels[c].makes_numbers())
        plan.levels[c].fill_numbers(missing, buffers_->numbers[c]);
    }
  }
  if (plan.offset >= 0) buffers_->offset.resize(ScoreBlock::kMostRows);
  if (plan.response >= 0) buffers_->response.resize(ScoreBlock::kMostRows);
}

BlockReader::~BlockReader() = default;

std::int64_t BlockReader::rows() const {
  return buffers_->picked == nullptr ? buffers_->group.rows : std::ssize(*buffers_->picked);
}

const ScoreBlock& BlockReader::read(std::int64_t begin) {
  Buffers& b = *buffers_;
  const auto most = static_cast<std::int64_t>(ScoreBlock::kMostRows);
  b.block.rows = static_cast<std::size_t>(std::min(most, rows() - begin));
  b.block.first_row = b.group.first_row + begin;
  b.encoded_from = -1;
  for (std::size_t c = 0; c < b.plan.predictors.size(); ++c)
    b.read_predictor(c, begin, b.block.rows);
  if (b.plan.offset >= 0) {
    const std::span<double> offset(b.offset.data(), b.block.rows);
    b.read_numbers(b.plan.offset, begin, offset);
    b.block.offset = offset;
  }
  if (b.plan.response >= 0) b.read_response(begin, b.block.rows);
  return b.block;
}

ScorePlan plan_of(const ColumnRoles& roles, const Dataset& data) {
  return {.predictors = data.predictors,
          .levels = data.levels,
          .types = roles.types,
          .offset = data.offset};
}

std::vector<double> column_numbers(const mr::RowGroup& group, std::int32_t column) {
  std::vector<double> values(static_cast<std::size_t>(group.rows));
  group.columns[static_cast<std::size_t>(column)].decode(0, values);
  return values;
}

ScorePlan plan_of(const Model& model, const Dataset& data, const ScoreRequest& request) {
  ScorePlan plan = plan_of(model.header.roles, data);
  if (request.question == RowQuestion::sampled_for_trees) {
    plan.response = data.response;
    plan.response_levels = data.response_levels;
  }
  plan.labels = request.labels && is_classifier(model.header.category);
  plan.values = request.values;
  plan.folds = request.folds;
  plan.fold = request.fold;
  return plan;
}

std::int32_t predicted_class(std::span<const std::span<double>> values, std::size_t row,
                             double threshold) {
  if (std::isnan(values[0][row])) return frame::kMissingCode;
  if (values.size() == 2) return values[1][row] >= threshold ? 1 : 0;
  std::size_t best = 0;
  for (std::size_t k = 1; k < values.size(); ++k) {
    if (values[k][row] > values[best][row]) best = k;
  }
  return static_cast<std::int32_t>(best);
}

std::unique_ptr<const RowExplainer> explainer_of(const Model& model, RowQuestion question,
                                                 std::int32_t layer) {
  return question == RowQuestion::hidden_features ? model.hidden_features(layer)
                                                  : model.explainer(question);
}

std::vector<std::optional<QuestionPart>> parts_of(const Model& model, const ScoreRequest& request) {
  constexpr std::size_t kColumnsAtOnce = 64;
  if (!request.question) return {std::nullopt};
  const auto explainer = explainer_of(model, *request.question, request.layer);
  NEVE_CHECK(explainer != nullptr, "the model does not answer this");
  std::vector<std::optional<QuestionPart>> parts;
  const std::size_t count = explainer->count();
  for (std::size_t first = 0; first < count; first += kColumnsAtOnce)
    parts.emplace_back(QuestionPart{*request.question, first,
                                    std::min(kColumnsAtOnce, count - first), request.layer});
  return parts;
}

std::vector<mr::OutputColumn> answer_outputs(const Model& model, const QuestionPart& part,
                                             std::vector<std::string>& names) {
  const auto explainer = explainer_of(model, part.question, part.layer);
  std::vector<mr::OutputColumn> columns;
  for (std::size_t i = 0; i < part.count; ++i) {
    RowExplainer::Column column = explainer->column(part.first + i);
    names.push_back(std::move(column.name));
    columns.emplace_back();
    if (!explainer->has_levels(part.first + i)) continue;
    columns.back() = {mr::OutputKind::codes, frame::ColumnType::categorical, column.domain};
  }
  return columns;
}

namespace {

void answer_group(const RowExplainer& explainer, const ScorePlan& plan, const mr::RowGroup& group,
                  mr::Outputs& outputs) {
  const std::size_t count = plan.part->count;
  std::vector<double> values(count * ScoreBlock::kMostRows);
  std::vector<std::span<double>> out(count);
  BlockReader reader(group, plan);
  for (std::size_t begin = 0; begin < static_cast<std::size_t>(group.rows);) {
    const ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    for (std::size_t i = 0; i < count; ++i)
      out[i] = {values.data() + i * ScoreBlock::kMostRows, block.rows};
    explainer.answer(block, plan.part->first, out);
    for (std::size_t i = 0; i < count; ++i) {
      if (explainer.has_levels(plan.part->first + i)) {
        std::ranges::transform(out[i], outputs.codes(i).subspan(begin).begin(), code_of);
      } else {
        std::ranges::copy(out[i], outputs.doubles(i).subspan(begin).begin());
      }
    }
    begin += block.rows;
  }
}

PickedRows rows_of_fold(const mr::RowGroup& group, const ScorePlan& plan) {
  return pick_rows(column_numbers(group, plan.folds),
                   [&](double fold) { return fold == plan.fold; });
}

/// Where the values of rows go that are scored block by block.
class ScoreWriter {
 public:
  ScoreWriter(const Model& model, const ScorePlan& plan, const PickedRows* picked,
              mr::Outputs& outputs)
      : model_(model), plan_(plan), picked_(picked), outputs_(outputs) {
    const std::size_t count = model.outputs() + model.extra_outputs().size();
    values_.resize(count);
    if (!plan.values || picked != nullptr)
      scratch_.assign(count, std::vector<double>(ScoreBlock::kMostRows));
    if (picked == nullptr) return;
    for (std::size_t k = 0; plan.values && k < count; ++k)
      std::ranges::fill(outputs.doubles(first_value() + k), 0);
    if (plan.labels) std::ranges::fill(outputs.codes(0), 0);
  }
  /// Places for the values of the next rows.
  [[nodiscard]] std::span<const std::span<double>> values(std::size_t begin, std::size_t rows) {
    for (std::size_t k = 0; k < values_.size(); ++k) {
      values_[k] = scratch_.empty() ? outputs_.doubles(first_value() + k).subspan(begin, rows)
                                    : std::span<double>(scratch_[k].data(), rows);
    }
    return values_;
  }
  /// The values of these rows are there.
  void write(std::size_t begin, std::size_t rows) {
    const auto place = [&](std::size_t i) {
      return picked_ == nullptr ? begin + i : (*picked_)[begin + i];
    };
    for (std::size_t k = 0; plan_.values && picked_ != nullptr && k < values_.size(); ++k) {
      const auto out = outputs_.doubles(first_value() + k);
      for (std::size_t i = 0; i < rows; ++i) out[place(i)] = values_[k][i];
    }
    if (!plan_.labels) return;
    const auto labels = outputs_.codes(0);
    const auto classes = std::span<const std::span<double>>(values_).first(model_.outputs());
    for (std::size_t i = 0; i < rows; ++i)
      labels[place(i)] = predicted_class(classes, i, model_.header.default_threshold);
  }

 private:
  [[nodiscard]] std::size_t first_value() const { return plan_.labels ? 1 : 0; }
  const Model& model_;
  const ScorePlan& plan_;
  const PickedRows* picked_;
  mr::Outputs& outputs_;
  std::vector<std::vector<double>> scratch_;  ///< where values have no place in the outputs yet
  std::vector<std::span<double>> values_;
};

}  // namespace

void score_group(const Model& model, const ScorePlan& plan, const mr::RowGroup& group,
                 mr::Outputs& outputs) {
  if (plan.part) {
    answer_group(*explainer_of(model, plan.part->question, plan.part->layer), plan, group, outputs);
    return;
  }
  PickedRows of_fold;
  if (plan.folds >= 0) of_fold = rows_of_fold(group, plan);
  const PickedRows* picked = plan.folds >= 0 ? &of_fold : nullptr;
  BlockReader reader(group, plan, picked);
  ScoreWriter writer(model, plan, picked, outputs);
  for (std::int64_t begin = 0; begin < reader.rows();) {
    const ScoreBlock& block = reader.read(begin);
    const auto first = static_cast<std::size_t>(begin);
    model.score(block, writer.values(first, block.rows));
    writer.write(first, block.rows);
    begin += static_cast<std::int64_t>(block.rows);
  }
}

std::vector<mr::OutputColumn> score_outputs(const Model& model, const ScoreRequest& request,
                                            std::vector<std::string>& names) {
  std::vector<mr::OutputColumn> columns;
  const bool classifier = is_classifier(model.header.category);
  if (classifier && request.labels) {
    columns.push_back({mr::OutputKind::codes, frame::ColumnType::categorical,
                       model.header.roles.response_domain});
    names.emplace_back("predict");
  }
  if (!request.values) return columns;
  for (std::string& name : model.output_names()) {
    columns.emplace_back();
    names.push_back(std::move(name));
  }
  for (std::string& extra : model.extra_outputs()) {
    columns.emplace_back();
    names.push_back(std::move(extra));
  }
  return columns;
}

Scored refuse_to_score(mr::Engine& /*engine*/, const ModelPtr& model, const Dataset& /*data*/,
                       const ScoreRequest& /*request*/) {
  model->score({}, {});
  return {};
}

}  // namespace neve::model
