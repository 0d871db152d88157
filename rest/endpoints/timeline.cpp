#include <array>
#include <cstdio>
#include <ctime>
#include <map>

#include <neve/base/clock.hpp>
#include <neve/operations/operations.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

using cluster::TimelineEvent;

struct HeartbeatEvent {
  std::string date;
  std::int64_t nanos = -1;
  std::string type = "heartbeat";
  std::int32_t sends = -1;
  std::int32_t recvs = -1;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<HeartbeatEvent>("HeartBeatEvent", "Iced", "EventV3", -1)
            .field<&HeartbeatEvent::date>("Time of day, UTC.")
            .field<&HeartbeatEvent::nanos>("Nanoseconds behind the millisecond of the date.")
            .field<&HeartbeatEvent::type>("heartbeat")
            .field<&HeartbeatEvent::sends>("Packets of gossip that the node has sent so far.")
            .field<&HeartbeatEvent::recvs>("Packets of gossip that it has received so far.");
    return kSchema;
  }
};

struct NetworkEvent {
  std::string date;
  std::int64_t nanos = -1;
  std::string type = "network_msg";
  bool is_send = false;
  std::string protocol;
  std::string msg_type;
  std::string from;
  std::string to;
  std::string data;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<NetworkEvent>("NetworkEvent", "Iced", "EventV3", -1)
            .field<&NetworkEvent::date>("Time of day, UTC.")
            .field<&NetworkEvent::nanos>("Nanoseconds behind the millisecond of the date.")
            .field<&NetworkEvent::type>("network_msg")
            .field<&NetworkEvent::is_send>("Whether the node has sent it.")
            .field<&NetworkEvent::protocol>("TCP for calls, UDP for gossip.")
            .field<&NetworkEvent::msg_type>("The service called, or what gossip has found out.")
            .field<&NetworkEvent::from>("Address of the node that it came from.")
            .field<&NetworkEvent::to>("Address of the node that it went to.")
            .field<&NetworkEvent::data>("What it was and how long.");
    return kSchema;
  }
};

struct TimelineV3 {
  std::int64_t now = 0;
  std::string self;
  schema::RawJson events;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<TimelineV3>("TimelineV3", "Timeline", "RequestSchemaV3")
            .field<&TimelineV3::now>("When this was asked, in ms since 1970.")
            .field<&TimelineV3::self>("Address of the answering node.")
            .field<&TimelineV3::events>("Latest events of all nodes, oldest first.")
            .as_type("Iced[]", "EventV3");
    return kSchema;
  }
};

constexpr std::int64_t kNanosPerMs = 1'000'000;

/// "13:57:54:012"
std::string time_of_day(std::int64_t time_ns) {
  constexpr std::int64_t kMs = 1000;
  const std::int64_t ms = time_ns / kNanosPerMs;
  const auto seconds = static_cast<std::time_t>(ms / kMs);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d:%03d", parts.tm_hour, parts.tm_min,
                parts.tm_sec, static_cast<int>(ms % kMs));
  return text.data();
}

using Addresses = std::map<NodeId, std::string>;

std::string address_in(const Addresses& addresses, NodeId node) {
  const auto at = addresses.find(node);
  return at == addresses.end() ? "a node that has left" : at->second;
}

std::string what_of(const TimelineEvent& event) {
  const auto bytes = [](std::uint64_t count) { return std::to_string(count) + " bytes"; };
  switch (event.kind) {
    case TimelineEvent::Kind::call:
      return "request of " + bytes(event.sent);
    case TimelineEvent::Kind::answer:
      return "answer of " + bytes(event.received);
    case TimelineEvent::Kind::served:
      return "request of " + bytes(event.received) + ", answered with " + bytes(event.sent);
    default:
      return "news of a member";
  }
}

std::string json_of(const TimelineEvent& event, const Addresses& addresses) {
  const std::string date = time_of_day(event.time_ns);
  const std::int64_t nanos = event.time_ns % kNanosPerMs;
  if (event.kind == TimelineEvent::Kind::heartbeat) {
    HeartbeatEvent made;
    made.date = date;
    made.nanos = nanos;
    made.sends = static_cast<std::int32_t>(event.sent);
    made.recvs = static_cast<std::int32_t>(event.received);
    return schema::to_json(made, "");
  }
  NetworkEvent made;
  made.date = date;
  made.nanos = nanos;
  made.is_send = event.kind == TimelineEvent::Kind::call;
  made.protocol = event.kind == TimelineEvent::Kind::news ? "UDP" : "TCP";
  made.msg_type = event.what;
  const std::string own = address_in(addresses, event.node);
  const std::string other = address_in(addresses, event.peer);
  made.from = made.is_send ? own : other;
  made.to = made.is_send ? other : own;
  made.data = what_of(event);
  return schema::to_json(made, "");
}

TimelineV3 answer_timeline(Call& call, const TimelineV3& /*input*/) {
  operations::Operations& operations = *call.services.operations;
  Addresses addresses;
  for (const cluster::MemberStatus& member : operations.cluster_status().members) {
    addresses[member.member.id] = member.member.address;
  }
  TimelineV3 answer{.now = now_ms(), .self = call.services.info.address, .events = {}};
  std::string all;
  for (const TimelineEvent& event : operations.timeline()) {
    all += (all.empty() ? "" : ",") + json_of(event, addresses);
  }
  answer.events.text = "[" + all + "]";
  return answer;
}

}  // namespace

const Resource& timeline();
const Resource& timeline() {
  static const Resource kResource = about_nodes({route(
      "GET", "/3/Timeline", "timeline", "Latest calls and news of all nodes.", &answer_timeline)});
  return kResource;
}

}  // namespace neve::rest::endpoints
