// Forms, URLs and JSON bodies: any bytes give pairs or a typed error, and what is decoded is UTF-8.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>
#include <neve/schema/schema.hpp>

#include "rest/http/form.hpp"
#include "rest/http/host_rules.hpp"

namespace {

using namespace neve;

void read_form(std::string_view text) {
  try {
    for (const auto& [name, value] : rest::http::parse_form(text)) {
      NEVE_CHECK(find_bad_utf8(name) == name.size() && find_bad_utf8(value) == value.size());
    }
  } catch (const InputError&) {
    // the expected end of a broken form
  }
}

void read_json(std::string_view text) {
  try {
    (void)schema::form_of_json(text);
  } catch (const InputError&) {
    // the expected end of broken JSON
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_form(text);
  read_json(text);
  (void)rest::http::refuse_host({}, text, text.substr(text.size() / 2));
  return 0;
}
