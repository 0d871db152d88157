#include <cluster.pb.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <neve/base/error.hpp>

#include "cluster/rpc/grpc/envelope.hpp"
#include "cluster/rpc/message.hpp"

namespace {

namespace rpc = neve::cluster::rpc;

/// Takes the next envelope: two bytes of length, then as many bytes as there are.
std::span<const std::uint8_t> next_envelope(std::span<const std::uint8_t>& rest) {
  const std::size_t length = rest[0] + (std::size_t{rest[1]} << 8U);
  const auto envelope = rest.subspan(2).first(std::min(length, rest.size() - 2));
  rest = rest.subspan(2 + envelope.size());
  return envelope;
}

/// What was read can be written and read again.
void check_round_trip(const rpc::Frame& frame) {
  neve::cluster::proto::Frame written;
  rpc::to_envelope(frame, written);
  const rpc::Frame again = rpc::to_frame(written);
  NEVE_CHECK(again.head.has_value() == frame.head.has_value());
  NEVE_CHECK(again.failure.has_value() == frame.failure.has_value());
  NEVE_CHECK(again.body.size() == frame.body.size());
}

}  // namespace

// A stream of any envelopes either gives messages as long as their heads say, or is refused with a
// typed error; what it claimed of the budget is given back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neve::Budget budget(std::int64_t{1} << 20U);
  {
    rpc::MessageReader reader(budget);
    std::span<const std::uint8_t> rest(data, size);
    while (rest.size() >= 2) {
      const auto bytes = next_envelope(rest);
      neve::cluster::proto::Frame envelope;
      if (!envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) break;
      const rpc::Frame frame = rpc::to_frame(envelope);
      check_round_trip(frame);
      try {
        if (!reader.add(frame)) continue;
      } catch (const neve::Error&) {
        break;
      }
      const rpc::Message message = reader.take();
      if (message.body.size() != message.head.bytes) __builtin_trap();
    }
  }
  if (budget.used() != 0) __builtin_trap();
  return 0;
}
