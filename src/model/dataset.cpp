#include <neve/frame/rollup.hpp>
#include <neve/model/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <neve/base/error.hpp>

#include "model/encoding.hpp"
#include "model/tasks.hpp"

namespace neve::model {
namespace {

/// Gathers the columns that are used, each once.
class InputCollector {
 public:
  InputCollector(Dataset& data, const frame::Frame& frame) : data_(data), frame_(frame) {}
  std::int32_t add(frame::ColumnType wanted, const std::string& name) {
    const auto index = frame_.find(name);
    if (!index) return -1;
    const frame::Column& column = frame_.column(*index);
    check_type(wanted, column, name);
    data_.inputs.columns.push_back(column.id);
    return static_cast<std::int32_t>(data_.inputs.columns.size()) - 1;
  }

 private:
  void check_type(frame::ColumnType wanted, const frame::Column& column,
                  const std::string& name) const {
    if (wanted == frame::ColumnType::string) return check_text(column, name);
    const bool wants_levels = wanted == frame::ColumnType::categorical;
    if (wants_levels == column.is_categorical() && column.type != frame::ColumnType::string &&
        column.type != frame::ColumnType::uuid) {
      return;
    }
    throw InputError::illegal_argument("Column '" + name + "' of frame " + frame_.key + " is " +
                                           (wants_levels ? "not categorical" : "not numeric") +
                                           ", but was " +
                                           (wants_levels ? "categorical" : "numeric") +
                                           " in the training frame. Convert it with " +
                                           (wants_levels ? "as.factor" : "as.numeric") + ".",
                                       {{"column", name}, {"frame", frame_.key}});
  }
  void check_text(const frame::Column& column, const std::string& name) const {
    if (column.type == frame::ColumnType::string) return;
    throw InputError::illegal_argument("Column '" + name + "' of frame " + frame_.key +
                                           " must be of strings. Convert it with ascharacter.",
                                       {{"column", name}, {"frame", frame_.key}});
  }
  Dataset& data_;
  const frame::Frame& frame_;
};

std::string first_few(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kShown ? text + ", … (" + std::to_string(names.size()) + ")" : text;
}

LevelMap map_levels(const frame::DomainPtr& training, const frame::DomainPtr& other,
                    std::vector<std::string>& unseen) {
  LevelMap map;
  if (training == other || !training || !other || *training == *other) return map;
  std::unordered_map<std::string_view, std::int32_t> codes;
  for (std::size_t i = 0; i < training->size(); ++i)
    codes[(*training)[i]] = static_cast<std::int32_t>(i);
  map.identity = false;
  for (const std::string& level : *other) {
    const auto at = codes.find(level);
    if (at == codes.end()) unseen.push_back(level);
    map.to_training.push_back(at == codes.end() ? static_cast<std::int32_t>(training->size())
                                                : at->second);
  }
  return map;
}

LevelMap map_column(const frame::Frame& frame, const std::string& name,
                    const frame::DomainPtr& training, std::vector<std::string>& warnings) {
  std::vector<std::string> unseen;
  LevelMap map = map_levels(training, frame.column(frame.require(name)).domain, unseen);
  if (!unseen.empty()) {
    warnings.push_back("Test/Validation dataset column '" + name +
                       "' has levels not trained on: [" + first_few(unseen) + "]");
  }
  return map;
}

[[noreturn]] void refuse_missing(const std::string& name, std::string_view role,
                                 const frame::Frame& frame) {
  throw InputError::illegal_argument("Frame " + frame.key + " has no " + std::string(role) +
                                         " column '" + name + "', which the model needs.",
                                     {{"column", name}, {"frame", frame.key}});
}

/// Numbers where the model knows the classes "0" and "1": they are their own codes.
bool holds_binary_numbers(const ColumnRoles& roles, const frame::Frame& frame) {
  const auto index = frame.find(roles.response);
  return index && frame.column(*index).type == frame::ColumnType::numeric &&
         *roles.response_domain == std::vector<std::string>{"0", "1"};
}

/// Columns of the frame that predictors are made of.
struct Sources {
  const std::vector<std::string>& names;
  const std::vector<frame::ColumnType>& types;
  const std::vector<frame::DomainPtr>& domains;
};

/// Where the sources are in the inputs, and their levels' codes.
void add_sources(Dataset& data, const Sources& sources, InputCollector& inputs) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < sources.names.size(); ++i) {
    const std::string& name = sources.names[i];
    const std::int32_t at = inputs.add(sources.types[i], name);
    data.predictors.push_back(at);
    if (at < 0) {
      data.warnings.push_back("Test/Validation dataset is missing column '" + name +
                              "': substituting in a column of NaN");
      data.levels.emplace_back();
      continue;
    }
    ++found;
    data.levels.push_back(sources.domains[i]
                              ? map_column(data.frame, name, sources.domains[i], data.warnings)
                              : LevelMap());
  }
  if (found == 0 && !sources.names.empty()) {
    throw InputError::illegal_argument(
        "Frame " + data.frame.key +
            " has no columns in common with the training frame; the model uses: " +
            first_few(sources.names),
        {{"frame", data.frame.key}});
  }
}

void add_predictors(Dataset& data, const ColumnRoles& roles, InputCollector& inputs) {
  const Encoding& encoding = roles.encoding;
  if (encoding.names.empty()) {
    add_sources(data, {roles.predictors, roles.types, roles.domains}, inputs);
    return;
  }
  add_sources(data, {encoding.names, encoding.types, encoding.domains}, inputs);
  std::vector<std::int32_t> predictors;
  for (const Encoded& each : encoding.predictors) {
    predictors.push_back(data.predictors[static_cast<std::size_t>(each.source)]);
  }
  data.predictors = std::move(predictors);
  data.levels = encode_levels(encoding, data);
}

}  // namespace

Dataset adapt(const ColumnRoles& roles, const frame::Frame& frame, bool needs_response) {
  Dataset data;
  data.frame = frame;
  data.inputs.layout = frame.layout;
  InputCollector inputs(data, data.frame);
  add_predictors(data, roles, inputs);
  if (!roles.response.empty()) {
    const auto type = roles.response_domain && !holds_binary_numbers(roles, frame)
                          ? frame::ColumnType::categorical
                          : frame::ColumnType::numeric;
    data.response =
        needs_response || frame.find(roles.response) ? inputs.add(type, roles.response) : -1;
    if (data.response < 0 && needs_response) refuse_missing(roles.response, "response", frame);
    if (data.response >= 0 && type == frame::ColumnType::categorical) {
      data.response_levels =
          map_column(data.frame, roles.response, roles.response_domain, data.warnings);
    }
  }
  if (!roles.weights.empty()) {
    data.weights = inputs.add(frame::ColumnType::numeric, roles.weights);
    if (data.weights < 0 && needs_response) {
      data.warnings.push_back("Test/Validation dataset is missing weights column '" +
                              roles.weights +
                              "' (needed because a response was found and metrics are to be "
                              "computed): substituting in a column of 1s");
    }
  }
  if (!roles.offset.empty()) {
    data.offset = inputs.add(frame::ColumnType::numeric, roles.offset);
    if (data.offset < 0) refuse_missing(roles.offset, "offset", frame);
  }
  return data;
}

namespace {

void add_values(const frame::Chunk& chunk, std::span<const double> values, ColumnRange& range) {
  const frame::Survey seen = frame::survey(values);
  range.low = std::min(range.low, seen.least);
  range.high = std::max(range.high, seen.most);
  range.zeros += seen.zeros;
  const bool all_finite = seen.finite == static_cast<std::int64_t>(values.size());
  if (all_finite && (chunk.holds_integers() || !range.integers)) return;
  for (const double value : values) {
    if (std::isnan(value)) {
      ++range.missing;
      continue;
    }
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
    range.integers = range.integers && value == std::floor(value);
  }
}

void add_zeros(std::int64_t count, ColumnRange& range) {
  if (count == 0) return;
  range.low = std::min(range.low, 0.0);
  range.high = std::max(range.high, 0.0);
  range.zeros += count;
}

}  // namespace

void RangeTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  constexpr std::int64_t kBlock = 1024;
  std::vector<double> values(kBlock);
  std::vector<std::uint32_t> rows(kBlock);
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    const frame::Chunk& chunk = group.columns[c];
    ColumnRange& range = partial.columns[c];
    for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
      const auto size = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
      const std::span<double> block(values.data(), size);
      if (!chunk.is_sparse()) {
        chunk.decode(begin, block);
        add_values(chunk, block, range);
        continue;
      }
      const std::size_t stored = chunk.decode_stored(begin, std::span(rows).first(size), block);
      add_values(chunk, block.first(stored), range);
      add_zeros(static_cast<std::int64_t>(size - stored), range);
    }
  }
}

void RangeTask::merge(Partial& left, const Partial& right) {
  for (std::size_t c = 0; c < left.columns.size(); ++c) {
    ColumnRange& range = left.columns[c];
    range.low = std::min(range.low, right.columns[c].low);
    range.high = std::max(range.high, right.columns[c].high);
    range.missing += right.columns[c].missing;
    range.zeros += right.columns[c].zeros;
    range.integers = range.integers && right.columns[c].integers;
  }
}

RangeTask::Partial RangeTask::zero(const State& state) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Partial partial;
  partial.columns.assign(static_cast<std::size_t>(state.columns),
                         {.low = kInfinity, .high = -kInfinity});
  return partial;
}

std::vector<ColumnRange> ranges_of(mr::Engine& engine, const mr::Inputs& inputs,
                                   const job::TokenPtr& token) {
  mr::RunOptions options;
  options.token = token;
  return engine.run<RangeTask>(inputs, {static_cast<std::int32_t>(inputs.columns.size())}, options)
      .columns;
}

}  // namespace neve::model
