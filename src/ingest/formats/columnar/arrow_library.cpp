#include <dlfcn.h>

#include <neve/base/error.hpp>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr const char* kFile = "libneve_arrow.so";

Library* open() {
  // Never closed: what Arrow registers for the end of the process stays valid.
  void* file = dlopen(kFile, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (file == nullptr) {
    const char* why = dlerror();
    throw Error(503, "java.lang.UnsatisfiedLinkError",
                "Parquet, ORC and Arrow files are read through " + std::string(kFile) +
                    ", which cannot be opened: " + (why == nullptr ? "" : why) +
                    ". It belongs beside the program neve, as do libarrow and libparquet.");
  }
  auto* entry = reinterpret_cast<LibraryEntry>(dlsym(file, kEntry));
  NEVE_CHECK(entry != nullptr, std::string(kFile) + " is of another build");
  return entry();
}

}  // namespace

Library& library() {
  static Library* const kLibrary = open();
  return *kLibrary;
}

}  // namespace neve::ingest::columnar
