#include <dlfcn.h>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>

#include "cluster/rpc/stream.hpp"

namespace neve::cluster::rpc {
namespace {

constexpr const char* kFile = "libneve_rpc.so";

Library* open() {
  // Never closed: gRPC's threads cannot be stopped for good.
  void* file = dlopen(kFile, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (file == nullptr) {
    const char* why = dlerror();
    throw ClusterError("Nodes talk through " + std::string(kFile) +
                       ", which cannot be opened: " + (why == nullptr ? "" : why) +
                       ". It belongs beside the program neve and needs gRPC (package libgrpc++).");
  }
  auto* entry = reinterpret_cast<LibraryEntry>(dlsym(file, "neve_rpc_library"));
  NEVE_CHECK(entry != nullptr, std::string(kFile) + " is of another build");
  return entry([](const char* line) { log::debug(std::string("gRPC: ") + line); });
}

}  // namespace

Library& library() {
  static Library* const kLibrary = open();
  return *kLibrary;
}

}  // namespace neve::cluster::rpc
