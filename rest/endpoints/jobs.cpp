#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct JobsV3 {
  schema::JobRef job_id;
  std::vector<JobV3> jobs;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<JobsV3>("JobsV3", "Iced", "RequestSchemaV3")
            .field<&JobsV3::job_id>("Name of the job that is asked for.")
            .input()
            .field<&JobsV3::jobs>("The jobs.");
    return kSchema;
  }
};

std::shared_ptr<job::Job> require_job(const Call& call, const std::string& key) {
  auto job = call.services.jobs->find(key);
  // Clients look for these words.
  if (!job) throw InputError::bad_request("Job is missing", {{"job_id", key}});
  return job;
}

JobsV3 list_jobs(Call& call, const JobsV3& /*input*/) {
  JobsV3 answer;
  for (const auto& job : call.services.jobs->list()) answer.jobs.push_back(job_v3(*job));
  return answer;
}

JobsV3 cancel_job(Call& call, const JobsV3& input) {
  const auto job = require_job(call, input.job_id.name);
  job->cancel();
  return {input.job_id, {}};
}

/// Answers when the job has finished or the wait is over, holding no thread. Only the first
/// question after a job waits: clients otherwise sleep 0.2 s on every small job.
void fetch_job(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const auto job = require_job(*call, call->parameter("job_id"));
  const auto answer = [job, responder, excluded = call->parameter("_exclude_fields")] {
    send_json(responder, schema::to_json(JobsV3{job->key(), {job_v3(*job)}}, excluded));
  };
  if (job->finished() || !job->first_look()) {
    answer();
    return;
  }
  constexpr std::int64_t kLongestWaitMs = 1000;
  job->when_finished(answer);
  call->services.info.run_after(kLongestWaitMs, answer);
}

}  // namespace

const Resource& jobs();
const Resource& jobs() {
  static const Resource kResource = [] {
    Resource made;
    made.routes.push_back(
        route("GET", "/3/Jobs", "jobs", "Lists all jobs of this node.", &list_jobs).cheap());
    made.routes.push_back(
        route("POST", "/3/Jobs/{job_id}/cancel", "cancel_job", "Asks a job to stop.", &cancel_job)
            .cheap());
    Route fetch =
        route("GET", "/3/Jobs/{job_id}", "fetch_job",
              "Tells the state of a job; the first time, waits up to a second for its end.",
              &list_jobs)
            .cheap();
    fetch.handle = &fetch_job;
    made.routes.push_back(std::move(fetch));
    return made;
  }();
  return kResource;
}

}  // namespace neve::rest::endpoints
