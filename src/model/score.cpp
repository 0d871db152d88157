#include <neve/model/score.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include <neve/base/error.hpp>

#include "model/encoding.hpp"

namespace neve::model {

std::string class_column(const std::string& level) {
  return whole_number(level) ? "p" + level : level;
}

namespace {

std::int32_t code_of(double value) {
  return std::isnan(value) ? frame::kMissingCode : static_cast<std::int32_t>(value);
}

}  // namespace

struct BlockReader::Buffers {
  const mr::RowGroup& group;
  const ScorePlan& plan;
  std::vector<std::vector<double>> numbers;
  std::vector<std::vector<std::int32_t>> codes;
  std::vector<double> offset;
  ScoreBlock block;
  /// Of the last column that encoded predictors were made of, as there are often several of one.
  std::vector<std::int32_t> encoded = {};
  std::int32_t encoded_from = -1;

  void read_numbers(std::size_t c, std::int64_t begin, std::span<double> out);
};

void BlockReader::Buffers::read_numbers(std::size_t c, std::int64_t begin, std::span<double> out) {
  const std::int32_t at = plan.predictors[c];
  if (at < 0) return;
  const frame::Chunk& chunk = group.columns[static_cast<std::size_t>(at)];
  const LevelMap& levels = plan.levels[c];
  if (!levels.makes_numbers()) {
    chunk.decode(begin, out);
    return;
  }
  if (encoded_from != at) {
    encoded.resize(out.size());
    chunk.decode_codes(begin, encoded);
    encoded_from = at;
  }
  levels.fill_numbers(encoded, out);
}

BlockReader::BlockReader(const mr::RowGroup& group, const ScorePlan& plan)
    : buffers_(std::make_unique<Buffers>(Buffers{group, plan, {}, {}, {}, {}})) {
  const std::size_t columns = plan.predictors.size();
  buffers_->numbers.resize(columns);
  buffers_->codes.resize(columns);
  buffers_->block.numbers.resize(columns);
  buffers_->block.codes.resize(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    // Columns that the frame lacks stay missing in every block.
    if (plan.types[c] == frame::ColumnType::categorical) {
      buffers_->codes[c].assign(ScoreBlock::kMostRows, frame::kMissingCode);
    } else {
      buffers_->numbers[c].assign(ScoreBlock::kMostRows, frame::kMissingDouble);
      const std::vector<std::int32_t> missing(ScoreBlock::kMostRows, frame::kMissingCode);
      if (plan.levels[c].makes_numbers())
        plan.levels[c].fill_numbers(missing, buffers_->numbers[c]);
    }
  }
  if (plan.offset >= 0) buffers_->offset.resize(ScoreBlock::kMostRows);
}

BlockReader::~BlockReader() = default;

const ScoreBlock& BlockReader::read(std::int64_t begin) {
  Buffers& b = *buffers_;
  const auto most = static_cast<std::int64_t>(ScoreBlock::kMostRows);
  const auto rows = static_cast<std::size_t>(std::min(most, b.group.rows - begin));
  b.block.rows = rows;
  b.encoded_from = -1;
  for (std::size_t c = 0; c < b.plan.predictors.size(); ++c) {
    const std::int32_t at = b.plan.predictors[c];
    if (b.plan.types[c] == frame::ColumnType::categorical) {
      const std::span<std::int32_t> codes(b.codes[c].data(), rows);
      if (at >= 0) {
        b.group.columns[static_cast<std::size_t>(at)].decode_codes(begin, codes);
        const LevelMap& levels = b.plan.levels[c];
        if (!levels.identity) {
          for (std::int32_t& code : codes) code = levels.map(code);
        }
      }
      b.block.codes[c] = codes;
    } else {
      const std::span<double> numbers(b.numbers[c].data(), rows);
      b.read_numbers(c, begin, numbers);
      b.block.numbers[c] = numbers;
    }
  }
  if (b.plan.offset >= 0) {
    const std::span<double> offset(b.offset.data(), rows);
    b.group.columns[static_cast<std::size_t>(b.plan.offset)].decode(begin, offset);
    b.block.offset = offset;
  }
  return b.block;
}

ScorePlan plan_of(const Model& model, const Dataset& data, const ScoreRequest& request) {
  ScorePlan plan;
  plan.predictors = data.predictors;
  plan.levels = data.levels;
  plan.types = model.header.roles.types;
  plan.offset = data.offset;
  plan.labels = request.labels && is_classifier(model.header.category);
  plan.values = request.values;
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

std::vector<std::optional<QuestionPart>> parts_of(const Model& model, const ScoreRequest& request) {
  constexpr std::size_t kColumnsAtOnce = 64;
  if (!request.question) return {std::nullopt};
  const auto explainer = model.explainer(*request.question);
  NEVE_CHECK(explainer != nullptr, "the model does not answer this");
  std::vector<std::optional<QuestionPart>> parts;
  const std::size_t count = explainer->count();
  for (std::size_t first = 0; first < count; first += kColumnsAtOnce)
    parts.emplace_back(
        QuestionPart{*request.question, first, std::min(kColumnsAtOnce, count - first)});
  return parts;
}

std::vector<mr::OutputColumn> answer_outputs(const Model& model, const QuestionPart& part,
                                             std::vector<std::string>& names) {
  const auto explainer = model.explainer(part.question);
  std::vector<mr::OutputColumn> columns;
  for (std::size_t i = 0; i < part.count; ++i) {
    RowExplainer::Column column = explainer->column(part.first + i);
    names.push_back(std::move(column.name));
    columns.emplace_back();
    if (!explainer->has_levels()) continue;
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
      if (explainer.has_levels()) {
        std::ranges::transform(out[i], outputs.codes(i).subspan(begin).begin(), code_of);
      } else {
        std::ranges::copy(out[i], outputs.doubles(i).subspan(begin).begin());
      }
    }
    begin += block.rows;
  }
}

}  // namespace

void score_group(const Model& model, const ScorePlan& plan, const mr::RowGroup& group,
                 mr::Outputs& outputs) {
  if (plan.part) {
    answer_group(*model.explainer(plan.part->question), plan, group, outputs);
    return;
  }
  const std::size_t classes = model.outputs();
  const std::size_t count = classes + model.extra_outputs().size();
  const std::size_t first_value = plan.labels ? 1 : 0;
  std::vector<std::vector<double>> scratch(plan.values ? 0 : count,
                                           std::vector<double>(ScoreBlock::kMostRows));
  std::vector<std::span<double>> out(count);
  BlockReader reader(group, plan);
  for (std::int64_t begin = 0; begin < group.rows;) {
    const ScoreBlock& block = reader.read(begin);
    for (std::size_t k = 0; k < count; ++k) {
      out[k] = plan.values ? outputs.doubles(first_value + k)
                                 .subspan(static_cast<std::size_t>(begin), block.rows)
                           : std::span<double>(scratch[k].data(), block.rows);
    }
    model.score(block, out);
    if (plan.labels) {
      const auto labels = outputs.codes(0).subspan(static_cast<std::size_t>(begin), block.rows);
      const auto values = std::span<const std::span<double>>(out).first(classes);
      for (std::size_t row = 0; row < block.rows; ++row) {
        labels[row] = predicted_class(values, row, model.header.default_threshold);
      }
    }
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
  for (std::size_t k = 0; k < model.outputs(); ++k) {
    columns.emplace_back();
    names.push_back(classifier ? class_column((*model.header.roles.response_domain)[k])
                               : "predict");
  }
  for (std::string& extra : model.extra_outputs()) {
    columns.emplace_back();
    names.push_back(std::move(extra));
  }
  return columns;
}

}  // namespace neve::model
