#include "algos/glm/frame_actions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>
#include <neve/munge/rows.hpp>
#include <neve/schema/schema_of.hpp>

#include "algos/families/linear/expand.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/families/linear/surface.hpp"
#include "algos/glm/terms.hpp"

namespace neve::algos::glm {
namespace {

/// X'WX of a frame, with an intercept.
struct Gram {
  schema::FrameRef X;
  schema::ColumnName W;
  bool use_all_factor_levels = false;
  bool standardize = false;
  bool skip_missing = false;
  schema::FrameRef destination_frame;
  static const schema::Schema& schema();
};

const schema::Schema& Gram::schema() {
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<Gram> table("GramV3", "Iced", "Schema");
    table.field<&Gram::X>("The frame.").input().required();
    table.field<&Gram::W>("Column of weights.").input();
    table
        .field<&Gram::use_all_factor_levels>(
            "Whether the first level of a categorical column has a row, too.")
        .input();
    table.field<&Gram::standardize>("Centre and scale numeric columns.").input();
    table
        .field<&Gram::skip_missing>(
            "Leave rows with missing values out; otherwise numbers become means, and missing "
            "levels have a row of their own.")
        .input();
    table.field<&Gram::destination_frame>("The matrix.");
    return schema::Schema(table);
  }();
  return kSchema;
}

/// A frame as the columns of a linear model.
struct DataInfo {
  schema::FrameRef frame;
  std::vector<std::string> interactions;
  bool use_all = false;
  bool standardize = false;
  bool interactions_only = false;
  schema::FrameRef result;
  static const schema::Schema& schema();
};

const schema::Schema& DataInfo::schema() {
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<DataInfo> table("DataInfoFrameV3", "Iced");
    table.field<&DataInfo::frame>("The frame; its last column is the response.").input();
    table.field<&DataInfo::interactions>("Columns of which all pairs are added.").input();
    table.field<&DataInfo::use_all>("Whether the first level of a categorical column counts, too.")
        .input();
    table.field<&DataInfo::standardize>("Centre and scale numeric columns.").input();
    table.field<&DataInfo::interactions_only>("Leave out all but interactions.").input();
    table.field<&DataInfo::result>("The columns, without rows that miss a value.");
    return schema::Schema(table);
  }();
  return kSchema;
}

/// All columns of a frame but one as predictors.
model::ColumnRoles roles_of(const frame::Frame& frame, const std::string& but = {}) {
  model::ColumnRoles roles;
  for (std::size_t c = 0; c < frame.names.size(); ++c) {
    const frame::Column& column = frame.columns[c];
    if (frame.names[c] == but) continue;
    if (column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid) {
      throw InputError::illegal_argument("Column '" + frame.names[c] + "' of frame '" + frame.key +
                                         "' holds neither numbers nor levels; leave it out.");
    }
    roles.predictors.push_back(frame.names[c]);
    roles.types.push_back(column.is_categorical() ? frame::ColumnType::categorical
                                                  : frame::ColumnType::numeric);
    roles.domains.push_back(column.domain);
  }
  return roles;
}

/// Columns by name, of a run.
mr::Inputs inputs_of(const frame::Frame& frame, const std::vector<std::string>& names) {
  mr::Inputs inputs{frame.layout, {}};
  for (const std::string& name : names) {
    inputs.columns.push_back(frame.column(frame.require(name)).id);
  }
  return inputs;
}

frame::Frame frame_of(mr::Engine& engine, const linalg::Symmetric& matrix) {
  const auto size = static_cast<std::int64_t>(matrix.size());
  frame::Frame made;
  made.layout = engine.new_layout(frame::row_cuts(size, size));
  std::vector<ColumnId> ids;
  for (std::size_t j = 0; j < matrix.size(); ++j) {
    ids.push_back(engine.new_column_id());
    for (std::int32_t g = 0; g < made.layout->groups(); ++g) {
      std::vector<double> part;
      const auto first = static_cast<std::size_t>(made.layout->first_row(GroupIndex(g)));
      const auto rows = static_cast<std::size_t>(made.layout->rows_of(GroupIndex(g)));
      for (std::size_t i = first; i < first + rows; ++i) part.push_back(matrix.get(i, j));
      engine.put_chunk(*made.layout, ids.back(), GroupIndex(g), frame::encode_doubles(part));
    }
  }
  const std::vector<mr::OutputColumn> kinds(ids.size());
  made.columns = engine.adopt(ids, kinds);
  return made;
}

/// "data_gram", "data_gram_0", …: the first name that is free.
std::string gram_key(const frame::Frames& frames, const Gram& given) {
  std::string key = given.X.name;
  if (key.ends_with(".hex")) key.resize(key.size() - 4);
  key += "_gram";
  if (!given.W.empty()) key += "_" + given.W.name;
  std::string made = key;
  for (int count = 0; frames.find(made); ++count) made = key + "_" + std::to_string(count);
  return made;
}

/// Raw columns, reach included.
void unscale(const linear::MomentsTask::Partial& moments, linear::Design& design) {
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    linear::NumericTerm& term = design.numerics[j];
    term.center = 0;
    term.scale = 1;
    term.reach = std::fabs(term.fill);
    const linear::Moments& seen = moments.numerics[j];
    if (seen.weight == 0) continue;
    term.reach = std::max({term.reach, std::fabs(seen.min), std::fabs(seen.max)});
  }
}

void check_weights(mr::Engine& engine, const frame::Frame& frame, const std::string& weights) {
  const auto range = model::ranges_of(engine, inputs_of(frame, {weights}), nullptr)[0];
  if (range.low >= 0) return;
  throw InputError::illegal_argument("The weights column '" + weights +
                                     "' has negative values; weights must be at least 0.");
}

linalg::Symmetric gram_of(mr::Engine& engine, const mr::Inputs& inputs,
                          const linear::Design& design) {
  const linear::Response response{.family = linear::Family::gaussian};
  const Reservation memory =
      engine.budget().reserve(linear::gram_bytes(design, response, engine.pool().threads()),
                              "X'WX of " + std::to_string(design.size()) + " columns");
  const mr::ScratchLease scratch(engine);
  linear::Surface surface({engine, inputs, nullptr, scratch.id()}, design, response, 1);
  const auto at =
      surface.likelihood(std::vector<double>(static_cast<std::size_t>(design.size()), 0.0));
  return surface.gram(at.largest_weight);
}

model::ActionAnswer compute_gram(model::Models& models, const void* input) {
  Gram made = *static_cast<const Gram*>(input);
  mr::Engine& engine = models.engine();
  const frame::Frame frame = models.frames().require(made.X.name, "X");
  if (!made.W.empty()) {
    (void)frame.require(made.W.name);
    check_weights(engine, frame, made.W.name);
  }
  model::ColumnRoles roles = roles_of(frame, made.W.name);
  const auto order =
      order_terms({engine, {}, roles, inputs_of(frame, roles.predictors), false}, {});
  reorder(order.order, roles);
  auto columns = make_terms(
      {engine, {}, roles, inputs_of(frame, roles.predictors), !made.use_all_factor_levels},
      order.expansion);
  columns.design.has_response = false;
  auto [design, moments] = linear::prepare(engine, columns.inputs, columns.design, {});
  if (!made.standardize) unscale(moments, design);
  if (made.skip_missing) design.missing = linear::Missing::skip;
  for (linear::CategoricalTerm& term : design.categoricals) {
    if (made.skip_missing) break;
    term.fill = term.level_count();
    term.levels.emplace_back("missing(NA)");
  }
  design.place_coefficients();
  if (!made.W.empty()) {
    design.has_weights = true;
    columns.inputs.columns.push_back(frame.column(frame.require(made.W.name)).id);
  }
  frame::Frame matrix = frame_of(engine, gram_of(engine, columns.inputs, design));
  matrix.names = design.coefficient_names();
  matrix.key = gram_key(models.frames(), made);
  made.destination_frame.name = matrix.key;
  models.frames().publish(matrix);
  return {.object = schema::any_object(std::move(made))};
}

/// The rows of a frame without a missing value.
frame::Frame complete_rows(mr::Engine& engine, const frame::Frame& frame) {
  mr::RunOptions options;
  options.outputs.emplace_back();
  const auto marks = engine.run_with_outputs<linear::CompleteRowsTask>(
      mr::inputs_of(frame), {.predictors = frame.width()}, options);
  return munge::filter(engine, {munge::column_of(marks.columns[0]), frame});
}

/// The terms that come of products only.
void leave_products_only(TermColumns& columns, const Expansion& expansion) {
  mr::Inputs inputs{columns.inputs.layout, {}};
  linear::Design design;
  for (std::size_t c = 0; c < expansion.categoricals.size(); ++c) {
    if (expansion.categoricals[c] >= 0) continue;
    design.categoricals.push_back(columns.design.categoricals[c]);
    inputs.columns.push_back(columns.inputs.columns[c]);
  }
  for (std::size_t j = 0; j < expansion.numerics.size(); ++j) {
    if (expansion.numerics[j] >= 0) continue;
    design.numerics.push_back(columns.design.numerics[j]);
    inputs.columns.push_back(columns.inputs.columns[expansion.categoricals.size() + j]);
  }
  design.place_coefficients();
  columns.design = std::move(design);
  columns.inputs = std::move(inputs);
}

/// The response takes part in interactions only.
void leave_out(std::int32_t predictor, Expansion& expansion) {
  std::erase(expansion.categoricals, predictor);
  std::erase(expansion.numerics, predictor);
}

/// The terms' columns of these rows.
TermColumns terms_of(mr::Engine& engine, const frame::Frame& rows, const model::ColumnRoles& roles,
                     const Expansion& expansion, const DataInfo& given) {
  auto columns =
      make_terms({engine, {}, roles, inputs_of(rows, roles.predictors), !given.use_all}, expansion);
  if (given.interactions_only) leave_products_only(columns, expansion);
  columns.design.has_response = false;
  return columns;
}

std::string expanded_key() {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "OneHot_%016llx",
                static_cast<unsigned long long>(draw_seed()));
  return text.data();
}

model::ActionAnswer expand(model::Models& models, const void* input) {
  DataInfo made = *static_cast<const DataInfo*>(input);
  mr::Engine& engine = models.engine();
  const frame::Frame frame = models.frames().require(made.frame.name, "frame");
  const auto pairs = all_pairs(made.interactions);
  if (made.interactions_only && pairs.empty()) {
    throw InputError::illegal_argument(
        "interactions_only needs interactions: name two columns at least.");
  }
  model::ColumnRoles roles = roles_of(frame);
  Terms terms =
      order_terms({engine, {}, roles, inputs_of(frame, roles.predictors), !made.use_all}, pairs);
  const auto last = std::ranges::find(terms.order, roles.predictors.size() - 1);
  leave_out(static_cast<std::int32_t>(last - terms.order.begin()), terms.expansion);
  reorder(terms.order, roles);
  const frame::Frame rows = complete_rows(engine, frame);
  TermColumns columns = terms_of(engine, rows, roles, terms.expansion, made);
  if (made.standardize) {
    // As all rows are.
    const TermColumns all = terms_of(engine, frame, roles, terms.expansion, made);
    columns.design.numerics = linear::prepare(engine, all.inputs, all.design, {}).design.numerics;
  }
  mr::RunOptions options;
  options.outputs.resize(static_cast<std::size_t>(columns.design.slopes()));
  auto written =
      engine.run_with_outputs<linear::ExpandTask>(columns.inputs, columns.design, options);
  frame::Frame result;
  result.layout = rows.layout;
  result.columns = std::move(written.columns);
  columns.design.intercept = false;
  result.names = columns.design.coefficient_names();
  result.key = expanded_key();
  made.result.name = result.key;
  models.frames().publish(result);
  return {.object = schema::any_object(std::move(made))};
}

}  // namespace

std::vector<model::Action> frame_actions() {
  return {{.method = "GET",
           .path = "/3/ComputeGram",
           .name = "weighted_gram_matrix",
           .summary = "Computes X'WX of a frame.",
           .input = &Gram::schema(),
           .output = &Gram::schema(),
           .run = &compute_gram},
          {.method = "POST",
           .path = "/3/DataInfoFrame",
           .name = "glm_datainfo_frame",
           .summary = "Makes the columns that a linear model would have of a frame.",
           .input = &DataInfo::schema(),
           .output = &DataInfo::schema(),
           .run = &expand}};
}

}  // namespace neve::algos::glm
