#include <algorithm>
#include <mutex>
#include <string_view>

#include <neve/model/models.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// Whether models tell what AUTO came to; true where the text is, in any case of letters, as Java
/// reads it.
constexpr std::string_view kSettlesAutomatic = "sys.ai.h2o.algos.evaluate_auto_model_parameters";

bool means_true(std::string_view text) {
  return std::ranges::equal(text, std::string_view("true"), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
  });
}

/// (setproperty name value): H2O-3 has properties of its Java processes by which people change how
/// it works. Neve has one of them; the others are kept so that scripts can put back what was there.
/// The answer has the old value as H2O-3 words it.
Value set_property(Arguments& arguments) {
  const std::string name = arguments.text(0);
  const std::string value = arguments.text(1);
  if (name.empty()) arguments.fail(0, "expected the name of a property.");
  Interpreter::Parts& parts = arguments.evaluation().parts();
  const std::lock_guard lock(parts.property_mutex);
  const auto at = parts.properties.find(name);
  const std::string old = at == parts.properties.end() ? "null" : at->second;
  parts.properties[name] = value;
  if (name == kSettlesAutomatic && parts.models != nullptr)
    parts.models->settle_automatic(means_true(value));
  return "Old values of " + name + " (per node): " + old;
}

}  // namespace

const PrimGroup& properties() {
  static const PrimGroup kGroup{{
      {{"setproperty"},
       "name value",
       "Sets a property of this node and tells its old value.",
       set_property},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
