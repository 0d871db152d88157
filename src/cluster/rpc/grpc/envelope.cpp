#include "cluster/rpc/grpc/envelope.hpp"

#include <cluster.pb.h>

namespace neve::cluster::rpc {
namespace {

void write_failure(const Failure& failure, proto::Failure& out) {
  out.set_kind(static_cast<std::uint32_t>(failure.kind));
  out.set_http_status(failure.http_status);
  out.set_exception_type(failure.exception_type);
  out.set_message(failure.message);
  for (const auto& [name, value] : failure.values) {
    proto::Failure::Value& one = *out.add_values();
    one.set_name(name);
    one.set_value(value);
  }
}

/// A kind that this build does not know is a bug of the far side.
Failure::Kind kind_of(std::uint32_t number) {
  return number > static_cast<std::uint32_t>(Failure::Kind::internal)
             ? Failure::Kind::internal
             : static_cast<Failure::Kind>(number);
}

Failure read_failure(const proto::Failure& envelope) {
  Failure failure{kind_of(envelope.kind()),
                  envelope.http_status(),
                  envelope.exception_type(),
                  envelope.message(),
                  {}};
  for (const proto::Failure::Value& value : envelope.values()) {
    failure.values.emplace_back(value.name(), value.value());
  }
  return failure;
}

}  // namespace

void to_envelope(const Frame& frame, proto::Frame& envelope) {
  envelope.Clear();
  if (frame.head) {
    proto::Head& head = *envelope.mutable_head();
    head.set_cluster(frame.head->cluster);
    head.set_from(frame.head->from.value());
    head.set_to(frame.head->to.value());
    head.set_service(frame.head->service);
    head.set_bytes(frame.head->bytes);
  }
  if (!frame.body.empty()) envelope.set_body(frame.body.data(), frame.body.size());
  if (frame.failure) write_failure(*frame.failure, *envelope.mutable_failure());
}

Frame to_frame(const proto::Frame& envelope) {
  Frame frame;
  if (envelope.has_head()) {
    const proto::Head& head = envelope.head();
    frame.head =
        Head{head.cluster(), NodeId(head.from()), NodeId(head.to()), head.service(), head.bytes()};
  }
  frame.body = std::as_bytes(std::span(envelope.body()));
  if (envelope.has_failure()) frame.failure = read_failure(envelope.failure());
  return frame;
}

}  // namespace neve::cluster::rpc
