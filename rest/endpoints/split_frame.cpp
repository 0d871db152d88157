#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/munge/rows.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

constexpr std::size_t kMostParts = 100;

struct SplitFrameV3 {
  schema::JobRef key;
  schema::FrameRef dataset;
  std::vector<double> ratios;
  std::optional<std::vector<schema::FrameRef>> destination_frames;
  static const schema::Schema& schema() {
    using T = SplitFrameV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("SplitFrameV3", "SplitFrame")
            .field<&T::key>("The job.")
            .input()
            .field<&T::dataset>("The frame.")
            .input()
            .field<&T::ratios>(
                "Share of the rows of each part, in the order of the rows; where "
                "they add up to less than 1, one more part has the rest.")
            .input()
            .field<&T::destination_frames>("Names of the parts.")
            .inout();
    return kSchema;
  }
};

InputError wrong_ratios(const SplitFrameV3& request, const std::string& what) {
  std::string given;
  for (const double ratio : request.ratios)
    given += (given.empty() ? "" : ", ") + java_double(ratio);
  return InputError::bad_request("ratios " + what + ", not [" + given + "].", {{"ratios", given}});
}

/// Shares of all parts but the last: several ratios are scaled, where they are more than the whole.
std::vector<double> shares_of(const SplitFrameV3& request) {
  std::vector<double> ratios = request.ratios;
  if (ratios.empty() || ratios.size() > kMostParts) {
    throw wrong_ratios(request, "must be 1 to " + std::to_string(kMostParts) + " numbers");
  }
  if (!std::ranges::all_of(ratios, [](double r) { return r > 0 && std::isfinite(r); })) {
    throw wrong_ratios(request, "must be greater than 0");
  }
  if (ratios.size() == 1) {
    if (ratios[0] > 1) throw wrong_ratios(request, "must be at most 1 where there is one");
    return ratios;
  }
  const double sum = std::accumulate(ratios.begin(), ratios.end(), 0.0);
  if (sum < 1) return ratios;
  ratios.pop_back();
  for (double& ratio : ratios) ratio /= sum;
  return ratios;
}

/// "x.hex" gives "x_part0.hex", "x_part1.hex", …
std::vector<schema::FrameRef> names_of_parts(const std::string& frame, std::size_t parts) {
  constexpr std::string_view kEnding = ".hex";
  const bool ends = frame.ends_with(kEnding);
  const std::string stem = ends ? frame.substr(0, frame.size() - kEnding.size()) : frame;
  std::vector<schema::FrameRef> names;
  for (std::size_t part = 0; part < parts; ++part) {
    names.emplace_back(stem + "_part" + std::to_string(part) + std::string(ends ? kEnding : ""));
  }
  return names;
}

/// The frame comes by value: a part may take its name.
struct SplitRequest {
  static constexpr std::string_view kKind = "frame.split";
  frame::Frame frame;
  std::vector<double> shares;
  std::vector<std::string> parts;
  template <class Archive>
  void fields(Archive& archive) {
    archive(frame, shares, parts);
  }
};

void check_names(const std::vector<schema::FrameRef>& names, std::size_t parts) {
  std::vector<std::string> seen;
  for (const schema::FrameRef& name : names) {
    if (name.empty() || std::ranges::find(seen, name.name) != seen.end()) {
      throw InputError::bad_request(
          "destination_frames must be names that differ; '" + name.name + "' does not do.",
          {{"destination_frames", name.name}});
    }
    seen.push_back(name.name);
  }
  if (names.size() == parts) return;
  throw InputError::bad_request("destination_frames must name " + std::to_string(parts) +
                                    " frames, one for each part, not " +
                                    std::to_string(names.size()) + ".",
                                {{"destination_frames", std::to_string(names.size())}});
}

SplitFrameV3 split(Call& call, const SplitFrameV3& request) {
  if (request.dataset.empty()) {
    throw InputError::illegal_argument("Required field dataset not specified",
                                       {{"field", "dataset"}});
  }
  const frame::Frame frame = call.services.frames->require(request.dataset.name, "dataset");
  SplitRequest order{.frame = frame, .shares = shares_of(request), .parts = {}};
  const std::size_t parts = order.shares.size() + 1;
  SplitFrameV3 answer = request;
  if (!answer.destination_frames) answer.destination_frames = names_of_parts(frame.key, parts);
  check_names(*answer.destination_frames, parts);
  for (const schema::FrameRef& part : *answer.destination_frames) order.parts.push_back(part.name);
  const job::Description description{"SplitFrame", order.parts[0],
                                     std::string(schema::FrameKind::type)};
  answer.key = call.services.jobs
                   ->start(description, {.kind = SplitRequest::kKind,
                                         .request = wire::encode(order),
                                         .columns = frame::column_ids(frame)})
                   ->key();
  return answer;
}

void work(Services& services, job::Job& job, std::span<const std::byte> bytes) {
  const auto request = wire::decode<SplitRequest>(bytes);
  std::vector<frame::Frame> made;
  std::int64_t first = 0;
  for (std::size_t part = 0; part < request.parts.size(); ++part) {
    job.token()->check();
    std::int64_t rows = request.frame.rows() - first;
    if (part < request.shares.size()) {
      const double share = request.shares[part] * static_cast<double>(request.frame.rows());
      rows = std::min(rows, static_cast<std::int64_t>(share));
    }
    made.push_back(munge::slice(*services.engine, request.frame, first, rows));
    made.back().key = request.parts[part];
    first += rows;
    job.progress(static_cast<double>(part + 1) / static_cast<double>(request.parts.size()));
  }
  for (const frame::Frame& part : made) services.frames->publish(part);
}

}  // namespace

const Resource& split_frame();
const Resource& split_frame() {
  static const Resource kResource{{route("POST", "/3/SplitFrame", "splitFrame",
                                         "Cuts a frame into parts, row after row.", &split)},
                                  {{std::string(SplitRequest::kKind), &work}}};
  return kResource;
}

}  // namespace neve::rest::endpoints
