#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/munge/frame_verbs.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct InteractionV3 {
  schema::FrameRef dest;
  schema::FrameRef source_frame;
  std::vector<std::string> factor_columns;
  bool pairwise = false;
  std::int32_t max_factors = 100;
  std::int32_t min_occurrence = 1;
  static const schema::Schema& schema() {
    using T = InteractionV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("InteractionV3", "Interaction", "RequestSchemaV3")
            .field<&T::dest>("Name of the frame; drawn where it is left out.")
            .inout()
            .field<&T::source_frame>("The frame with the categorical columns.")
            .inout()
            .field<&T::factor_columns>("The columns, by name.")
            .inout()
            .in_frames({"source_frame"})
            .field<&T::pairwise>("A column for each pair of them, instead of one for all.")
            .inout()
            .field<&T::max_factors>("Levels of a result at most; the rarest become \"other\".")
            .inout()
            .required()
            .at_least(1)
            .field<&T::min_occurrence>("Rows in which a level must occur, or it is \"other\".")
            .inout()
            .at_least(1);
    return kSchema;
  }
};

struct InteractRequest {
  static constexpr std::string_view kKind = "frame.interact";
  frame::Frame frame;  ///< the columns only, in the order that was asked for
  std::string name;
  bool pairwise = false;
  std::int32_t most_levels = 100;
  std::int64_t least_rows = 1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(frame, name, pairwise, most_levels, least_rows);
  }
};

frame::Frame factors_of(const frame::Frame& frame, const std::vector<std::string>& names) {
  if (names.empty()) {
    throw InputError::bad_request("factor_columns must be specified.", {{"factor_columns", "[]"}});
  }
  std::vector<ColumnIndex> picked;
  for (const std::string& name : names) {
    const auto at = frame.find(name);
    if (!at) {
      throw InputError::bad_request("Column " + name + " not found.", {{"factor_columns", name}});
    }
    if (!frame.column(*at).is_categorical()) {
      throw InputError::bad_request("Column " + name + " is not categorical.",
                                    {{"factor_columns", name}});
    }
    picked.push_back(*at);
  }
  return frame.select(picked);
}

JobV3 interact(Call& call, const InteractionV3& input) {
  if (input.source_frame.empty()) {
    throw InputError::illegal_argument("Required field source_frame not specified",
                                       {{"field", "source_frame"}});
  }
  const frame::Frame frame = call.services.frames->require(input.source_frame.name, "source_frame");
  std::string name = input.dest.name;
  if (name.empty()) name = "interaction_" + std::to_string(call.services.store->next_id());
  const InteractRequest order{.frame = factors_of(frame, input.factor_columns),
                              .name = name,
                              .pairwise = input.pairwise,
                              .most_levels = input.max_factors,
                              .least_rows = input.min_occurrence};
  const job::Description description{"CreateFrame", name, std::string(schema::FrameKind::type)};
  return job_v3(
      *call.services.jobs->start(description, {.kind = InteractRequest::kKind,
                                               .request = wire::encode(order),
                                               .columns = frame::column_ids(order.frame)}));
}

/// Adds the interaction of some columns, which are combined one after the other.
void add_interaction(Services& services, const InteractRequest& request,
                     std::span<const std::size_t> places, job::Job& job, frame::Frame& to) {
  const frame::Frame& from = request.frame;
  frame::Column made = from.columns[places[0]];
  std::string name = from.names[places[0]];
  const munge::InteractionRule rule{request.most_levels, request.least_rows};
  for (std::size_t i = places.size() == 1 ? 0 : 1; i < places.size(); ++i) {
    made = munge::interact(*services.engine, from.layout, made, from.columns[places[i]], rule,
                           job.token());
    name += "_" + from.names[places[i]];
  }
  to.add(std::move(name), std::move(made));
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<InteractRequest>(bytes);
  const std::size_t width = request.frame.columns.size();
  frame::Frame made;
  made.key = request.name;
  made.layout = request.frame.layout;
  if (!request.pairwise || width < 3) {
    std::vector<std::size_t> all(width);
    for (std::size_t i = 0; i < width; ++i) all[i] = i;
    add_interaction(services, request, all, job, made);
  } else {
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = i + 1; j < width; ++j) {
        const std::size_t pair[] = {i, j};
        add_interaction(services, request, pair, job, made);
      }
      job.progress(static_cast<double>(i + 1) / static_cast<double>(width));
    }
  }
  services.frames->publish(made);
}

}  // namespace

const Resource& interaction();
const Resource& interaction() {
  static const Resource kResource{
      {route("POST", "/3/Interaction", "generateInteractions",
             "Makes columns whose levels are combinations of levels.", &interact)},
      {{std::string(InteractRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
