#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/model/models.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

using model::PartialDependence;

struct PartialDependenceV3 {
  schema::ModelRef model_id;
  schema::FrameRef frame_id;
  std::int64_t row_index = -1;
  std::optional<std::vector<std::string>> cols;
  std::int32_t weight_column_index = -1;
  bool add_missing_na = false;
  std::int32_t nbins = 20;
  std::optional<std::vector<double>> user_splits;
  std::optional<std::vector<std::string>> user_cols;
  std::optional<std::vector<std::int32_t>> num_user_splits;
  std::vector<schema::Table> partial_dependence_data;
  std::optional<std::vector<std::vector<std::string>>> col_pairs_2dpdp;
  schema::AnyRef destination_key;
  std::optional<std::vector<std::string>> targets;
  static const schema::Schema& schema();
};

const schema::Schema& PartialDependenceV3::schema() {
  using T = PartialDependenceV3;
  const auto made = [] {
    schema::SchemaOf<T> table("PartialDependenceV3", "PartialDependence");
    table.field<&T::model_id>("The model.").inout();
    table.field<&T::frame_id>("The frame whose rows are scored.").inout();
    table.field<&T::row_index>("Number of the one row that is looked at; -1: all.").inout();
    table.field<&T::cols>("Columns that are looked at, one at a time.").inout();
    table.field<&T::weight_column_index>("Number of the column of weights; -1: there is none.")
        .inout();
    table.field<&T::add_missing_na>("Whether to look where a column is missing, too.").inout();
    table.field<&T::nbins>("Values of each column, from its least to its largest.").inout();
    table.field<&T::user_splits>("Values of the columns in user_cols, one after the other.")
        .inout();
    table.field<&T::user_cols>("Columns whose values are given.").inout();
    table.field<&T::num_user_splits>("How many values each of these columns has.").inout();
    table.field<&T::partial_dependence_data>("A table for each column, pair and target.");
    table.field<&T::col_pairs_2dpdp>("Pairs of columns that are looked at together.").inout();
    table.field<&T::destination_key>("Name of the tables; drawn where it is left out.")
        .as_type(std::string(PartialDependence::kType), "PartialDependenceKeyV3")
        .input();
    table.field<&T::targets>("Classes of more than two whose probability is looked at.").input();
    return schema::Schema(table);
  };
  static const schema::Schema kSchema = made();
  return kSchema;
}

struct PartialDependenceKeyV3 {
  std::string name;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<PartialDependenceKeyV3>("PartialDependenceKeyV3",
                                                 std::string(PartialDependence::kType), "KeyV3")
            .field<&PartialDependenceKeyV3::name>("Name of the tables.")
            .inout();
    return kSchema;
  }
};

/// Values that are given for columns, each with its own.
std::vector<std::pair<std::string, std::vector<double>>> values_of(
    const PartialDependenceV3& request) {
  const auto& values = request.user_splits.value_or(std::vector<double>());
  const auto& columns = request.user_cols.value_or(std::vector<std::string>());
  const auto& counts = request.num_user_splits.value_or(std::vector<std::int32_t>());
  std::vector<std::pair<std::string, std::vector<double>>> made;
  std::size_t next = 0;
  bool fits = columns.size() == counts.size();
  for (std::size_t i = 0; fits && i < columns.size(); ++i) {
    const auto count = static_cast<std::size_t>(std::max(counts[i], 0));
    fits = counts[i] > 0 && next + count <= values.size();
    if (!fits) break;
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(next);
    made.emplace_back(columns[i],
                      std::vector<double>(first, first + static_cast<std::ptrdiff_t>(count)));
    next += count;
  }
  if (fits && next == values.size()) return made;
  throw InputError::illegal_argument(
      "user_splits has " + std::to_string(values.size()) +
          " values, which do not fit num_user_splits: it must say how many there are, one or more, "
          "for each column in user_cols.",
      {{"user_splits", std::to_string(values.size())}});
}

std::vector<std::pair<std::string, std::string>> pairs_of(const PartialDependenceV3& request) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& pair :
       request.col_pairs_2dpdp.value_or(std::vector<std::vector<std::string>>())) {
    if (pair.size() != 2) {
      throw InputError::illegal_argument("col_pairs_2dpdp must be pairs of columns, not " +
                                             std::to_string(pair.size()) + " columns.",
                                         {{"col_pairs_2dpdp", std::to_string(pair.size())}});
    }
    pairs.emplace_back(pair[0], pair[1]);
  }
  return pairs;
}

PartialDependence order_of(const PartialDependenceV3& request) {
  return {.key = request.destination_key.name,
          .model = request.model_id.name,
          .frame = request.frame_id.name,
          .columns = request.cols.value_or(std::vector<std::string>()),
          .pairs = pairs_of(request),
          .targets = request.targets.value_or(std::vector<std::string>()),
          .bins = request.nbins,
          .with_missing = request.add_missing_na,
          .row = request.row_index,
          .weights = request.weight_column_index,
          .values = values_of(request),
          .tables = {}};
}

struct PlotRequest {
  static constexpr std::string_view kKind = "model.partial_dependence";
  PartialDependence order;
  frame::Frame frame;
  template <class Archive>
  void fields(Archive& archive) {
    archive(order, frame);
  }
};

JobV3 make(Call& call, const PartialDependenceV3& request) {
  const frame::Frame frame = call.services.frames->require(request.frame_id.name, "frame_id");
  PlotRequest plot{model::checked(order_of(request), *call.services.models, frame), frame};
  std::string& key = plot.order.key;
  if (key.empty()) key = "partial_dependence_" + std::to_string(call.services.store->next_id());
  return job_v3(
      *call.services.jobs->start({"PartialDependence", key, std::string(PartialDependence::kType)},
                                 {.kind = PlotRequest::kKind,
                                  .request = wire::encode(plot),
                                  .columns = frame::column_ids(frame)}));
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  auto request = wire::decode<PlotRequest>(bytes);
  model::compute(request.order, *services.models, request.frame, job);
  model::publish(*services.engine, request.order);
}

PartialDependenceV3 fetch(Call& call, const PartialDependenceKeyV3& request) {
  const PartialDependence made = model::partial_dependence(*call.services.engine, request.name);
  PartialDependenceV3 answer;
  answer.model_id = made.model;
  answer.frame_id = made.frame;
  answer.row_index = made.row;
  if (!made.columns.empty()) answer.cols = made.columns;
  answer.weight_column_index = made.weights;
  answer.add_missing_na = made.with_missing;
  answer.nbins = made.bins;
  for (const auto& [name, values] : made.values) {
    if (!answer.user_cols) {
      answer.user_cols.emplace();
      answer.user_splits.emplace();
      answer.num_user_splits.emplace();
    }
    answer.user_cols->push_back(name);
    answer.user_splits->insert(answer.user_splits->end(), values.begin(), values.end());
    answer.num_user_splits->push_back(static_cast<std::int32_t>(values.size()));
  }
  answer.partial_dependence_data = made.tables;
  if (made.pairs.empty()) return answer;
  answer.col_pairs_2dpdp.emplace();
  for (const auto& [first, second] : made.pairs) answer.col_pairs_2dpdp->push_back({first, second});
  return answer;
}

}  // namespace

const Resource& partial_dependence();
const Resource& partial_dependence() {
  static const Resource kResource{
      {route("POST", "/3/PartialDependence/", "makePDP",
             "Starts to look at what a model predicts on average by values of columns.", &make),
       route("GET", "/3/PartialDependence/{name}", "fetchPDP",
             "Tables of partial dependence that were made.", &fetch)},
      {{std::string(PlotRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
