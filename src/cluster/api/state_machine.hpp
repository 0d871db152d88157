#pragma once

#include <cstdint>
#include <span>

#include <neve/base/wire.hpp>

namespace neve::cluster {

/// What agreement is about: every replica applies the same commands in the same order. One thread
/// calls it at a time; a result depends on nothing but the commands before.
class StateMachine {
 public:
  virtual ~StateMachine() = default;
  /// Applies the committed command at `index` of the log. Never throws on bytes that some node
  /// proposed: what cannot be done is said in the result, the same on every replica.
  virtual wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) = 0;
  /// The whole state; equal states give equal bytes.
  [[nodiscard]] virtual wire::Bytes snapshot() const = 0;
  /// Replaces the state. Throws InternalError on bytes that are no snapshot; the state is then
  /// unchanged.
  virtual void restore(std::span<const std::byte> snapshot) = 0;
};

}  // namespace neve::cluster
