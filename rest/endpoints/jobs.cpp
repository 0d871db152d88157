#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/schema/schema_of.hpp>
#include <neve/store/store.hpp>

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

InputError missing(const std::string& key) {
  // Clients look for these words.
  return InputError::bad_request("Job is missing", {{"job_id", key}});
}

JobsV3 list_jobs(Call& call, const JobsV3& /*input*/) {
  JobsV3 answer;
  for (const job::Snapshot& job : call.services.jobs->list()) answer.jobs.push_back(job_v3(job));
  return answer;
}

void send_job(const Call& call, const http::Responder& responder, const job::Snapshot& job) {
  send_json(responder,
            schema::to_json(JobsV3{job.key, {job_v3(job)}}, call.parameter("_exclude_fields")));
}

/// Does what may have to wait for another node, for which the I/O thread has no time.
void off_io_thread(const std::shared_ptr<Call>& call, const http::Responder& responder,
                   void (*work)(Call&, const http::Responder&)) {
  call->services.info.run_on_worker([call, responder, work] {
    try {
      work(*call, responder);
    } catch (...) {
      responder.fail(std::current_exception());
    }
  });
}

void fetch_elsewhere(Call& call, const http::Responder& responder) {
  const std::string key = call.parameter("job_id");
  auto job = call.services.jobs->look(key);
  if (!job) {
    // It may be so new that this node has not heard of it.
    call.services.store->sync();
    job = call.services.jobs->look(key);
  }
  if (!job) throw missing(key);
  send_job(call, responder, *job);
}

void send_cancelled(const Call& call, const http::Responder& responder) {
  send_json(responder, schema::to_json(JobsV3{call.parameter("job_id"), {}},
                                       call.parameter("_exclude_fields")));
}

void cancel_elsewhere(Call& call, const http::Responder& responder) {
  call.services.store->sync();
  const std::string key = call.parameter("job_id");
  if (!call.services.jobs->cancel(key)) throw missing(key);
  send_cancelled(call, responder);
}

/// Answers once the job has finished, or the wait is over; holds no thread meanwhile.
void answer_at_end(const Call& call, const std::shared_ptr<job::Job>& job, std::int64_t wait_ms,
                   const std::function<void()>& answer) {
  const std::uint64_t callback = job->when_finished(answer);
  if (job->finished()) return;
  // Of two answers the first one counts.
  call.services.info.run_after(wait_ms, [job, callback, answer] {
    job->forget(callback);
    answer();
  });
}

/// Answers once the job has ended, so that what it leaves behind is there, or after a short wait
/// where it takes longer to stop. A job on another node is only told.
void cancel_job(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const auto job = call->services.jobs->find(call->parameter("job_id"));
  if (!job) {
    off_io_thread(call, responder, &cancel_elsewhere);
    return;
  }
  job->cancel();
  constexpr std::int64_t kLongestWaitMs = 2000;
  answer_at_end(*call, job, kLongestWaitMs,
                [responder, call] { send_cancelled(*call, responder); });
}

/// Waits for the end, as clients sleep for 0.2 s and longer between questions, and would often
/// sleep when the job ends. The first question waits longest, so that small jobs are asked after
/// once; later ones leave progress bars moving.
void fetch_job(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const auto job = call->services.jobs->find(call->parameter("job_id"));
  if (!job) {
    off_io_thread(call, responder, &fetch_elsewhere);
    return;
  }
  constexpr std::int64_t kFirstWaitMs = 1000;
  constexpr std::int64_t kWaitMs = 500;
  answer_at_end(*call, job, job->first_look() ? kFirstWaitMs : kWaitMs,
                [job, responder, call] { send_job(*call, responder, job->snapshot()); });
}

}  // namespace

const Resource& jobs();
const Resource& jobs() {
  static const Resource kResource = [] {
    Resource made;
    made.routes.push_back(route("GET", "/3/Jobs", "jobs", "Lists all jobs.", &list_jobs));
    Route cancel =
        route("POST", "/3/Jobs/{job_id}/cancel", "cancel_job", "Asks a job to stop.", &list_jobs)
            .cheap();
    cancel.handle = &cancel_job;
    made.routes.push_back(std::move(cancel));
    Route fetch = route("GET", "/3/Jobs/{job_id}", "fetch_job",
                        "Tells the state of a job; waits a second for its end, half a second when "
                        "asked again.",
                        &list_jobs)
                      .cheap();
    fetch.handle = &fetch_job;
    made.routes.push_back(std::move(fetch));
    return made;
  }();
  return kResource;
}

}  // namespace neve::rest::endpoints
