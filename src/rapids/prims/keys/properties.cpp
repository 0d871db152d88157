#include <mutex>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// (setproperty name value): H2O-3 has properties of its Java processes by which people change how
/// it works. Nothing in Neve depends on one; they are kept so that scripts can put back what was
/// there, and the answer has the old value as H2O-3 words it.
Value set_property(Arguments& arguments) {
  const std::string name = arguments.text(0);
  const std::string value = arguments.text(1);
  if (name.empty()) arguments.fail(0, "expected the name of a property.");
  Interpreter::Parts& parts = arguments.evaluation().parts();
  const std::lock_guard lock(parts.property_mutex);
  const auto at = parts.properties.find(name);
  const std::string old = at == parts.properties.end() ? "null" : at->second;
  parts.properties[name] = value;
  return "Old values of " + name + " (per node): " + old;
}

}  // namespace

const PrimGroup& properties() {
  static const PrimGroup kGroup{{
      {{"setproperty"},
       "name value",
       "Keeps a property and tells its old value; nothing depends on properties.",
       set_property},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
