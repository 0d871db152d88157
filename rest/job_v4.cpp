#include "rest/job_v4.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::rest {
namespace {

JobStatusV4 status_of(job::Status status) {
  switch (status) {
    case job::Status::running:
      return JobStatusV4::running;
    case job::Status::done:
      return JobStatusV4::done;
    case job::Status::cancel_pending:
      return JobStatusV4::stopping;
    case job::Status::cancelled:
      return JobStatusV4::cancelled;
    case job::Status::failed:
      break;
  }
  return JobStatusV4::failed;
}

/// "Key<Frame>" names a "Frame".
std::string plain_type(const std::string& key_type) {
  constexpr std::string_view kKey = "Key<";
  if (!key_type.starts_with(kKey) || !key_type.ends_with('>')) return key_type;
  return key_type.substr(kKey.size(), key_type.size() - kKey.size() - 1);
}

}  // namespace

const schema::Schema& JobV4::schema() {
  using T = JobV4;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("JobV4", "Job", "OutputSchemaV4", 4)
          .field<&T::job_id>("Name of the job.")
          .input()
          .field<&T::status>("How it is doing.")
          .input()
          .field<&T::progress>("How far it is, 0 to 1.")
          .input()
          .field<&T::progress_msg>("What it is doing.")
          .input()
          .field<&T::start_time>("When it began, in ms since 1970.")
          .input()
          .field<&T::duration>("How long it has run, in ms.")
          .input()
          .field<&T::target_id>("Name of what it makes, once that is there.")
          .input()
          .field<&T::target_type>("What that is: Frame, Model …")
          .input()
          .field<&T::exception>("Why it failed.")
          .input()
          .field<&T::stacktrace>("Where it failed.")
          .input();
  return kSchema;
}

JobV4 job_v4(const job::Snapshot& now) {
  JobV4 made;
  made.job_id = now.key;
  made.status = status_of(now.status);
  made.progress = static_cast<float>(now.progress);
  if (!now.message.empty()) made.progress_msg = now.message;
  made.start_time = now.start_time_ms;
  made.duration = now.run_time_ms;
  if (made.status == JobStatusV4::done) made.target_id = now.description.destination;
  made.target_type = plain_type(now.description.destination_type);
  if (made.status == JobStatusV4::failed) {
    made.exception = now.exception;
    made.stacktrace = now.exception_type + ": " + now.exception;
  }
  return made;
}

}  // namespace neve::rest
