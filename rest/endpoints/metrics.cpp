#include <neve/job/job.hpp>
#include <neve/operations/operations.hpp>
#include <neve/store/store.hpp>

#include "rest/metrics_text.hpp"
#include "rest/request_counts.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

using Samples = std::vector<MetricsText::Sample>;

/// One sample for each reason.
template <class Counts>
Samples by(const std::string& label, const Counts& counts) {
  Samples samples;
  for (const auto& [reason, count] : counts) {
    samples.push_back({.labels = {{label, reason}}, .value = static_cast<double>(count)});
  }
  return samples;
}

void write_node(MetricsText& out, const operations::NodeFigures& figures) {
  const operations::ProcessFigures& process = figures.process;
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  out.counter("process_cpu_seconds_total", "CPU time of the process.", process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Memory of the process.",
            number(process.resident_bytes));
  out.gauge("process_open_fds", "Open files and sockets.", process.open_files);
  out.gauge("process_start_time_seconds", "Start of the process, since 1970.",
            number(figures.start_time_ms) / 1000);
  out.gauge("neve_compute_threads", "Threads that compute.", figures.threads);
  out.gauge("neve_memory_budget_bytes", "Memory for data.", number(figures.budget_bytes));
  out.gauge("neve_memory_budget_used_bytes", "Memory for data that is in use.",
            number(figures.budget_bytes - figures.free_bytes));
  out.gauge("neve_chunk_bytes", "Bytes of frames that this node holds.",
            number(figures.chunk_bytes));
  out.gauge("neve_catalog_names", "Named objects of the cluster.", figures.names);
}

void write_jobs(MetricsText& out, const job::Jobs::Counts& jobs) {
  const std::map<std::string, std::size_t> counts = {{"running", jobs.running},
                                                     {"done", jobs.done},
                                                     {"failed", jobs.failed},
                                                     {"cancelled", jobs.cancelled}};
  out.gauges("neve_jobs", "Jobs that this node runs, and the latest that it has ended.",
             by("status", counts));
}

void write_requests(MetricsText& out, const RequestCounts::Counts& counts) {
  Samples samples;
  for (const auto& [status, count] : counts.by_status) {
    samples.push_back(
        {.labels = {{"code", std::to_string(status)}}, .value = static_cast<double>(count)});
  }
  out.counters("neve_http_requests_total", "REST requests answered.", samples);
  out.histogram("neve_http_request_duration_seconds",
                "Time from a request's first byte to its answer's last.",
                {.ends = {RequestCounts::kSeconds.begin(), RequestCounts::kSeconds.end()},
                 .counts = {counts.by_duration.begin(), counts.by_duration.end()},
                 .sum = counts.seconds});
}

void write_calls(MetricsText& out, const cluster::CallCounts& calls) {
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  out.counter("neve_rpc_calls_total", "Calls made to other nodes.", number(calls.calls));
  out.counter("neve_rpc_answered_total", "Calls of other nodes answered.", number(calls.answered));
  out.gauge("neve_rpc_open_calls", "Calls under way, made or being answered.", number(calls.open));
  out.gauge("neve_rpc_connections", "Connections to other nodes.", number(calls.connections));
  out.counter("neve_rpc_sent_bytes_total", "Bytes sent to other nodes, Raft's messages included.",
              number(calls.bytes_sent));
  out.counter("neve_rpc_received_bytes_total",
              "Bytes received from other nodes, Raft's messages included.",
              number(calls.bytes_received));
  out.counter("neve_rpc_heartbeats_total", "Signs of life sent during long calls.",
              number(calls.heartbeats));
  out.counter("neve_rpc_dropped_messages_total", "Raft's messages that were dropped.",
              number(calls.posts_dropped));
  out.counters("neve_rpc_refused_total", "Calls refused.", by("reason", calls.refused));
}

void write_gossip(MetricsText& out, const cluster::GossipCounts& gossip) {
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  out.counter("neve_gossip_sent_packets_total", "Packets sent.", number(gossip.packets_sent));
  out.counter("neve_gossip_received_packets_total", "Packets received.",
              number(gossip.packets_received));
  out.counter("neve_gossip_sent_bytes_total", "Bytes of them.", number(gossip.bytes_sent));
  out.counter("neve_gossip_received_bytes_total", "Bytes of them.", number(gossip.bytes_received));
  out.counter("neve_gossip_send_errors_total", "Packets that could not be sent.",
              number(gossip.send_errors));
  out.counters("neve_gossip_rejected_packets_total", "Packets received and not taken.",
               by("reason", gossip.dropped));
}

void write_cluster(MetricsText& out, const cluster::ClusterStatus& status, bool leads,
                   const store::Catalog::Spread& spread) {
  std::map<std::string, int> members = {{"data", 0}, {"draining", 0}, {"witness", 0}};
  int voters = 0;
  for (const cluster::MemberStatus& member : status.members) {
    const char* kind = member.member.draining ? "draining" : "data";
    ++members[member.witness ? "witness" : kind];
    voters += member.votes ? 1 : 0;
  }
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  out.gauges("neve_members", "Members of the cluster.", by("kind", members));
  out.gauge("neve_voters", "Members that vote.", voters);
  out.gauge("neve_wanted_voters", "Members that should.", number(status.wanted_votes));
  out.gauge("neve_view_epoch", "Changes of the members so far.", number(status.epoch));
  out.gauge("neve_raft_is_leader", "1 where this node leads.", leads ? 1 : 0);
  out.gauge("neve_raft_has_leader", "1 where this node knows a leader.", status.leader ? 1 : 0);
  out.gauge("neve_raft_term", "Term of the leader.", number(status.term));
  out.gauge("neve_raft_commit_index", "Last entry that is agreed on.", number(status.committed));
  out.gauge("neve_raft_applied_index", "Last entry that this node has carried out.",
            number(status.applied));
  out.gauge("neve_missing_copies", "Copies of runs of rows that are still to be made.",
            static_cast<double>(spread.missing_copies));
  out.gauge("neve_lost_runs", "Runs of rows of which every copy was lost.",
            static_cast<double>(spread.lost_runs));
}

void answer_metrics(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const Services& services = call->services;
  operations::Operations& operations = *services.operations;
  MetricsText out;
  write_node(out, operations.own_figures());
  write_jobs(out, services.jobs->counts());
  write_requests(out, services.requests->counts());
  const cluster::ClusterStatus status = operations.cluster_status();
  write_cluster(out, status, status.leader == operations.self(),
                services.store->catalog().spread());
  if (const auto calls = operations.call_counts()) write_calls(out, *calls);
  if (const auto gossip = operations.gossip_counts()) write_gossip(out, *gossip);
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.text();
  responder.send(std::move(response));
}

}  // namespace

const Resource& metrics();
const Resource& metrics() {
  static const Resource kResource =
      about_nodes({Route{.method = "GET",
                         .path = "/metrics",
                         .name = "metrics",
                         .summary = "Figures of this node, in the text format of Prometheus.",
                         .handle = &answer_metrics}});
  return kResource;
}

}  // namespace neve::rest::endpoints
