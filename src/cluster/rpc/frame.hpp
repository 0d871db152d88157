#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/ids.hpp>

namespace neve::cluster::rpc {

/// The most bytes of a message that one frame carries. Small enough that a heartbeat or another
/// call's frame never waits long behind it, large enough that its envelope costs nothing.
inline constexpr std::size_t kFrameBytes = std::size_t{1} << 20U;

/// Opens a message: whom it is from and for, and how long it is.
struct Head {
  std::uint64_t cluster = 0;
  NodeId from;
  NodeId to;
  std::string service;
  std::uint64_t bytes = 0;
};

/// An error on its way to another node, where it is thrown again as what it was.
struct Failure {
  enum class Kind : std::uint8_t { error, input, out_of_memory, cluster, cancelled, internal };
  Kind kind = Kind::internal;
  int http_status = 0;
  std::string exception_type;
  std::string message;
  Error::Values values;
};

/// One piece of a stream between nodes. Without head, body and failure it is a heartbeat.
struct Frame {
  std::optional<Head> head;
  std::span<const std::byte> body;  ///< owned by the stream it came from, until its next frame
  std::optional<Failure> failure;
};

/// The error that is being handled, as other nodes get it. To be called in a catch block.
Failure current_failure();
/// Throws what current_failure() saw.
[[noreturn]] void throw_failure(const Failure& failure);

}  // namespace neve::cluster::rpc
