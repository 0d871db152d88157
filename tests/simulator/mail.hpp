#pragma once

#include <cstdint>
#include <functional>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

namespace neve::simulator {

/// What processes of a simulated cluster send each other, apart from gossip, which is sealed bytes.
enum class MailKind : std::uint8_t {
  gossip,
  raft,
  request,  ///< to the leader: a command, or a read where it is empty
  answer,
  admit,   ///< a process asks a member to be let in …
  refuse,  ///< … and is not, as it was removed before
  put,     ///< chunks for a home
  put_done,
  get,  ///< asks a home for chunks
  got,
  discard,  ///< columns that will not be committed
};

struct Mail {
  MailKind kind = MailKind::raft;
  NodeId from;
  NodeId to;
  std::uint64_t number = 0;  ///< of the request
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(kind, from, to, number, bytes);
  }
};

/// Sends to the process that has this id, if it still runs.
using Post = std::function<void(NodeId to, MailKind kind, std::uint64_t number, wire::Bytes bytes)>;

}  // namespace neve::simulator
