#include <cstddef>
#include <cstdint>
#include <string_view>

#include <neve/base/error.hpp>

#include "rapids/ast.hpp"

/// Any text parses, or is refused with an InputError; what was parsed can be written out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto ast =
        neve::rapids::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    neve::rapids::to_text(*ast);
  } catch (const neve::InputError&) {
    return 0;
  }
  return 0;
}
