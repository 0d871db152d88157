#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "cluster/raft/raft_core.hpp"
#include "cluster/raft/raft_message.hpp"
#include "unit/cluster/raft_bus.hpp"

/// Any bytes are a message, which can be written and read again, or none; and a replica that is
/// sent messages, the first byte of each saying how long it is, lives on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neve::cluster::raft;
  auto rest = std::as_bytes(std::span(data, size));
  if (const auto message = decode(rest)) {
    const auto again = decode(encode(*message));
    if (!again || encode(*again) != encode(*message)) std::abort();
  }
  CoreSettings settings;
  settings.self = neve::NodeId(1);
  ListMachine machine;
  RaftCore core(settings, machine, [](neve::NodeId, const neve::wire::Bytes&) {});
  core.join(1);
  for (std::uint64_t now = 2; !rest.empty(); ++now) {
    const auto length = std::min(std::to_integer<std::size_t>(rest[0]), rest.size() - 1);
    core.receive(now, neve::NodeId(2 + now % 2), rest.subspan(1, length));
    rest = rest.subspan(1 + length);
    core.tick(now * 400);
  }
  return 0;
}
