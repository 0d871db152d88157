#include <new>

#include "cluster/rpc/frame.hpp"

namespace neve::cluster::rpc {
namespace {

/// A message that quotes a whole file must still fit into a frame.
constexpr std::size_t kMessageBytes = std::size_t{64} << 10U;

Failure::Kind kind_of(const Error& error) {
  if (dynamic_cast<const InputError*>(&error) != nullptr) return Failure::Kind::input;
  if (dynamic_cast<const OutOfMemoryError*>(&error) != nullptr) return Failure::Kind::out_of_memory;
  if (dynamic_cast<const ClusterError*>(&error) != nullptr) return Failure::Kind::cluster;
  if (dynamic_cast<const Cancelled*>(&error) != nullptr) return Failure::Kind::cancelled;
  if (dynamic_cast<const InternalError*>(&error) != nullptr) return Failure::Kind::internal;
  return Failure::Kind::error;
}

Failure failure_of(const Error& error) {
  Failure failure{kind_of(error), error.http_status(), error.exception_type(), error.what(),
                  error.values()};
  failure.message.resize(std::min(failure.message.size(), kMessageBytes));
  for (auto& [name, value] : failure.values) value.resize(std::min(value.size(), kMessageBytes));
  return failure;
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return failure_of(error);
  } catch (const std::bad_alloc&) {
    return failure_of(OutOfMemoryError("The system has no memory left."));
  } catch (const std::exception& error) {
    return failure_of(InternalError(error.what()));
  }
}

void throw_failure(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::error:
      throw Error(failure.http_status, failure.exception_type, failure.message, failure.values);
    case Failure::Kind::input:
      throw InputError(failure.http_status, failure.exception_type, failure.message,
                       failure.values);
    case Failure::Kind::out_of_memory:
      throw OutOfMemoryError(failure.message);
    case Failure::Kind::cluster:
      throw ClusterError(failure.message);
    case Failure::Kind::cancelled:
      throw Cancelled();
    case Failure::Kind::internal:
      break;
  }
  throw InternalError(failure.message);
}

}  // namespace neve::cluster::rpc
