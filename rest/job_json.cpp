#include "rest/job_json.hpp"

#include <string_view>

#include <neve/model/models.hpp>
#include <neve/model/partial_dependence.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/automl_json.hpp"

namespace neve::rest {
namespace {

std::string_view status_text(job::Status status) {
  switch (status) {
    case job::Status::running:
      return "RUNNING";
    case job::Status::done:
      return "DONE";
    case job::Status::failed:
      return "FAILED";
    case job::Status::cancelled:
      return "CANCELLED";
    case job::Status::cancel_pending:
      return "CANCEL_PENDING";
  }
  return "RUNNING";
}

struct SegmentModelsKind {
  static constexpr std::string_view type = model::SegmentModels::kType,
                                    schema = "SegmentModelsKeyV3", url = "";
};

struct PartialDependenceKind {
  static constexpr std::string_view type = model::PartialDependence::kType,
                                    schema = "PartialDependenceKeyV3",
                                    url = "/3/PartialDependence/";
};

/// The key of what the job makes, of the kind that its description names.
std::string destination_json(const job::Description& description) {
  schema::JsonWriter out;
  const std::string& name = description.destination;
  const std::string_view type = description.destination_type;
  const auto write = [&]<class Kind>(Kind /*kind*/) {
    schema::write_key(name, Kind::type, Kind::schema, Kind::url, out);
  };
  if (type == schema::FrameKind::type) {
    write(schema::FrameKind());
  } else if (type == schema::ModelKind::type) {
    write(schema::ModelKind());
  } else if (type == schema::GridKind::type) {
    write(schema::GridKind());
  } else if (type == SegmentModelsKind::type) {
    write(SegmentModelsKind());
  } else if (type == AutoMlKind::type) {
    write(AutoMlKind());
  } else if (type == PartialDependenceKind::type) {
    write(PartialDependenceKind());
  } else {
    write(schema::AnyKind());
  }
  return out.take();
}

}  // namespace

const schema::Schema& JobV3::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<JobV3>("JobV3", "Job")
          .field<&JobV3::key>("Name of the job.")
          .input()
          .field<&JobV3::description>("What it does.")
          .input()
          .field<&JobV3::status>("RUNNING, DONE, FAILED, CANCELLED or CANCEL_PENDING.")
          .field<&JobV3::progress>("Share of the work that is done, 0 to 1.")
          .field<&JobV3::progress_msg>("What it is busy with.")
          .field<&JobV3::start_time>("Start, in milliseconds since 1970.")
          .field<&JobV3::msec>("Running time in milliseconds.")
          .field<&JobV3::dest>("Name of what it makes.")
          .as_type("Key<Keyed>", "KeyV3")
          .inout()
          .field<&JobV3::warnings>("What the user should know although the job goes on.")
          .field<&JobV3::exception>("What went wrong.")
          .field<&JobV3::stacktrace>("Kind and text of the failure.")
          .field<&JobV3::auto_recoverable>(
              "Whether the job goes on by itself after a restart of the cluster.")
          .field<&JobV3::ready_for_view>("Whether what it makes can be looked at already.");
  return kSchema;
}

JobV3 job_v3(const job::Snapshot& now) {
  JobV3 made;
  made.key = now.key;
  made.description = now.description.text;
  made.status = status_text(now.status);
  made.progress = static_cast<float>(now.progress);
  if (!now.message.empty()) made.progress_msg = now.message;
  made.start_time = now.start_time_ms;
  made.msec = now.run_time_ms;
  made.dest.text = destination_json(now.description);
  if (!now.warnings.empty()) made.warnings = now.warnings;
  if (!now.exception.empty()) {
    made.exception = now.exception;
    made.stacktrace = now.exception_type + ": " + now.exception;
  }
  return made;
}

}  // namespace neve::rest
