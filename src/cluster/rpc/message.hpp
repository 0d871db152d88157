#pragma once

#include <neve/base/budget.hpp>
#include <neve/base/wire.hpp>

#include "cluster/rpc/frame.hpp"

namespace neve::cluster::rpc {

/// A message that has come whole; large ones hold their part of the budget until they go.
struct Message {
  Head head;
  wire::Bytes body;
  Reservation reservation;
};

/// Puts a message together from its frames, which may come from anywhere: nothing in them is
/// trusted.
class MessageReader {
 public:
  explicit MessageReader(Budget& budget) : budget_(budget) {}
  /// Takes the next frame; true once the message is whole. Throws the far side's error where the
  /// frame is one, InternalError where it does not belong here, OutOfMemoryError where the message
  /// does not fit the budget.
  bool add(const Frame& frame);
  /// The whole message; the reader is then ready for the next one.
  [[nodiscard]] Message take();

 private:
  void open(const Head& head);

  Budget& budget_;
  bool open_ = false;
  Message message_;
};

}  // namespace neve::cluster::rpc
