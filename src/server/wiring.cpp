#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <neve/automl/automl.hpp>
#include <neve/base/clock.hpp>
#include <neve/base/log.hpp>
#include <neve/grid/grid.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/ingest/path_policy.hpp>
#include <neve/job/job.hpp>
#include <neve/model/models.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/operations/operations.hpp>
#include <neve/rapids/interpreter.hpp>
#include <neve/series/index.hpp>

#include "ingest/api/serve_parses.hpp"
#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"
#include "rest/actions.hpp"
#include "rest/http/server.hpp"
#include "rest/http/upload.hpp"
#include "rest/request_counts.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"
#include "server/data_node.hpp"
#include "server/node.hpp"
#include "server/reproducibility.hpp"

namespace neve::rest {

std::vector<const Resource*> all_resources();

}  // namespace neve::rest

namespace neve::algos {

std::vector<const model::Algorithm*> all_algorithms();

}  // namespace neve::algos

namespace neve::server {

namespace {

/// Every map/reduce task of this binary, by the folders that have some.
mr::TaskList all_tasks() {
  mr::TaskList all;
  const auto add = [&all](const mr::TaskList& tasks) {
    all.insert(all.end(), tasks.begin(), tasks.end());
  };
  add(munge::tasks());
  add(series::tasks());
  add(rapids::tasks());
  add(model::tasks());
  for (const model::Algorithm* algorithm : algos::all_algorithms()) add(algorithm->tasks);
  return all;
}

/// Every route: the ones of files, and the algorithms' own.
std::vector<const rest::Resource*> resources_with(const rest::Resource& actions) {
  auto all = rest::all_resources();
  all.push_back(&actions);
  return all;
}

/// host:port for clients, also where the service listens on all addresses.
std::string reachable(const Options& options, const Ports& ports) {
  std::string host = options.reach_address;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + std::to_string(ports.rest.port());
}

ingest::PathPolicy make_path_policy(const Options& options) {
  ingest::PathPolicy::Settings settings;
  settings.import_roots = options.import_roots;
  settings.export_roots = options.export_roots;
  settings.local_users_only = rest::http::is_loopback_address(options.bind_address);
  if (settings.local_users_only) {
    const char* home = std::getenv("HOME");
    std::error_code ignored;
    settings.default_roots = {std::filesystem::current_path(ignored).string(),
                              home == nullptr ? "" : home,
                              std::filesystem::temp_directory_path(ignored).string()};
  }
  return ingest::PathPolicy(settings);
}

}  // namespace

/// In the order of construction; the end goes backwards, so that nobody is asked after his end.
struct Node::Parts {
  Parts(const Options& o, Ports& ports, std::function<void()> request_stop);
  rest::ServerInfo server_info(const Ports& ports, std::function<void()> request_stop);
  void define_jobs();
  model::Models::Parts model_parts();
  operations::Operations::Parts operations_parts();
  rest::http::ServerOptions http_options();
  rest::http::BodyPlan plan_body(const rest::http::Request& head);

  Options options;
  ingest::PathPolicy path_policy;
  std::unique_ptr<DataNode> data;
  mr::ComputeNode& node;
  rest::RequestCounts requests;
  rest::Services services;
  munge::Rollups rollups;
  model::Algorithms algorithms;
  model::Models models;
  rapids::Interpreter rapids;
  ingest::Ingest ingest;
  grid::Grids grids;
  automl::AutoMls automls;
  job::Jobs jobs;  // uses all above to its end, so it goes first
  operations::Operations operations;
  const rest::Resource actions;
  rest::Router router;
  rest::http::WorkerPool workers;  // ends before what its handlers use, after their clients left
  rest::http::Server http;
};

Node::Parts::Parts(const Options& o, Ports& ports, std::function<void()> request_stop)
    : options(o),
      path_policy(make_path_policy(o)),
      data(make_data_node(o, reachable(o, ports), std::move(ports.nodes), all_tasks())),
      node(data->node()),
      services{.info = server_info(ports, std::move(request_stop))},
      rollups(node.engine()),
      algorithms(algos::all_algorithms()),
      models(model_parts()),
      rapids(node.engine(), node.frames(), rollups, path_policy, &models),
      ingest(node, jobs, path_policy),
      grids({models, ingest, jobs, algorithms, kNeveVersion}),
      automls({models, grids, jobs, algorithms}),
      jobs({node.id(), node.store(), node.engine().blobs(), node.transport()},
           std::to_string(ports.rest.port())),
      operations(operations_parts()),
      actions(rest::actions_of(algorithms.all())),
      router(resources_with(actions), services, workers),
      http(http_options(), workers,
           [this](rest::http::Request request, rest::http::Responder responder) {
             router.handle(std::move(request), std::move(responder));
           }) {
  for (mr::ComputeNode* local : data->nodes()) {
    if (local != &node) ingest::serve_parses(*local, path_policy);
  }
  services.engine = &node.engine();
  services.store = &node.store();
  services.frames = &node.frames();
  services.jobs = &jobs;
  services.rollups = &rollups;
  services.rapids = &rapids;
  services.ingest = &ingest;
  services.algorithms = &algorithms;
  services.models = &models;
  services.grids = &grids;
  services.automls = &automls;
  services.operations = &operations;
  services.requests = &requests;
  services.witness = options.witness;
  services.router = &router;
  services.info.run_on_worker = [this](std::function<void()> work) {
    workers.submit(std::move(work));
  };
  services.info.run_after = [schedule = http.scheduler()](std::int64_t delay_ms,
                                                          std::function<void()> callback) {
    schedule(std::chrono::milliseconds{delay_ms}, std::move(callback));
  };
  define_jobs();
}

void Node::Parts::define_jobs() {
  models.define_jobs(jobs);
  ingest.define_jobs();
  grids.define_jobs(jobs);
  automls.define_jobs(jobs);
  for (const rest::Resource* resource : rest::all_resources()) {
    for (const rest::JobKind& kind : resource->job_kinds) {
      jobs.define(kind.name, [this, work = kind.work](job::Job& job, auto request) {
        work(services, job, request);
      });
    }
  }
  jobs.serve(node.inbox());
}

model::Models::Parts Node::Parts::model_parts() {
  const auto checksum = [this](const frame::Frame& frame) { return rollups.checksum(frame); };
  return {.engine = node.engine(),
          .frames = node.frames(),
          .jobs = jobs,
          .algorithms = algorithms,
          .cluster_tag = std::to_string(services.info.start_time_ms),
          .reproducibility =
              [this, checksum](const model::Header& header) {
                return reproducibility_tables(services, header, checksum);
              },
          .frame_checksum = checksum,
          .version = kNeveVersion,
          .export_path =
              [this](const std::string& folder, const std::string& name) {
                const auto path = std::filesystem::path(folder) / name;
                return ingest.writable_path(path.string());
              },
          .write_file = [this](const std::string& path,
                               const wire::Bytes& bytes) { ingest.write_file(path, bytes, true); }};
}

operations::Operations::Parts Node::Parts::operations_parts() {
  const auto running = [this] { return static_cast<int>(jobs.counts().running); };
  return {.self = node.id(),
          .disk_folder = options.log_directory,
          .threads = options.threads,
          .start_time_ms = services.info.start_time_ms,
          .store = node.store(),
          .inbox = node.inbox(),
          .cluster = data->cluster(),
          .running_jobs = running};
}

rest::ServerInfo Node::Parts::server_info(const Ports& ports, std::function<void()> request_stop) {
  rest::ServerInfo info;
  info.cluster_name = options.name;
  info.h2o_version = options.h2o_version;
  info.neve_version = kNeveVersion;
  info.address = reachable(options, ports);
  info.start_time_ms = now_ms();
  info.threads = options.threads;
  info.log_directory = options.log_directory;
  info.documents_directory = options.documents_directory;
  info.requests = &requests;
  info.request_stop = std::move(request_stop);
  return info;
}

rest::http::ServerOptions Node::Parts::http_options() {
  rest::http::ServerOptions made;
  made.standard_headers = {
      {"X-h2o-build-project-version", options.h2o_version},
      {"X-h2o-rest-api-version-max", "3"},
      {"X-h2o-cluster-id", std::to_string(services.info.start_time_ms)},
      {"X-h2o-cluster-good", "true"},
      {"X-Frame-Options", "deny"},
      {"X-XSS-Protection", "1; mode=block"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy",
       "default-src 'self' 'unsafe-eval' 'unsafe-inline'; img-src 'self' data:"}};
  made.hosts.names = options.allowed_hosts;
  if (!options.bind_name.empty()) made.hosts.names.push_back(options.bind_name);
  if (!options.auth_file.empty()) {
    made.auth = std::make_shared<rest::http::Authenticator>(
        rest::http::Authenticator::from_file(options.auth_file));
  }
  made.budget = &node.budget();
  made.plan_body = [this](const rest::http::Request& head) { return plan_body(head); };
  made.error_body = rest::error_json;
  made.on_answer = [this](int status, std::chrono::nanoseconds took) {
    requests.add(status, took);
  };
  return made;
}

rest::http::BodyPlan Node::Parts::plan_body(const rest::http::Request& head) {
  schema::Form ignored;
  const rest::Route* route = router.match(head.method, head.raw_path, ignored);
  if (route == nullptr || !route->takes_upload) {
    return {.max_bytes = rest::http::ServerOptions{}.max_body_bytes, .sink = nullptr};
  }
  return {.max_bytes = 0, .sink = std::make_shared<rest::http::Upload>(node.budget(), head)};
}

Node::Node(const Options& options, Ports ports, std::function<void()> request_stop,
           std::function<void()> evicted)
    : parts_(std::make_unique<Parts>(options, ports, std::move(request_stop))) {
  parts_->data->start(std::move(evicted));
  parts_->http.start(std::move(ports.rest));
}

Node::~Node() = default;

std::string Node::url() const { return "http://" + parts_->services.info.address; }

std::string Node::others() const {
  std::string all;
  for (const cluster::Member& member : parts_->services.members()) {
    if (member.address == parts_->services.info.address) continue;
    all += (all.empty() ? "" : ",") + member.address;
  }
  return all;
}

void Node::stop() {
  parts_->jobs.leave();
  parts_->http.stop();
  parts_->jobs.stop();
}

}  // namespace neve::server
