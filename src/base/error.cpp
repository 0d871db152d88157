#include <neve/base/error.hpp>

#include <string_view>

namespace neve {

InputError InputError::illegal_argument(const std::string& message, Values values) {
  return {412, "water.exceptions.H2OIllegalArgumentException", message, std::move(values)};
}

InputError InputError::bad_request(const std::string& message, Values values) {
  return {400, "java.lang.IllegalArgumentException", message, std::move(values)};
}

InputError InputError::object_not_found(const std::string& name, const std::string& argument) {
  return {404,
          "water.exceptions.H2OKeyNotFoundArgumentException",
          "Object '" + name + "' not found for argument: " + argument,
          {{"argument", argument}, {"name", name}}};
}

InputError InputError::not_found(const std::string& message, Values values) {
  return {404, "water.exceptions.H2ONotFoundArgumentException", message, std::move(values)};
}

InputError InputError::forbidden(const std::string& message, Values values) {
  return {403, "water.exceptions.H2OIllegalArgumentException", message, std::move(values)};
}

InputError InputError::unsupported(const std::string& message, Values values) {
  return {412, "water.exceptions.H2OIllegalArgumentException", message, std::move(values)};
}

namespace {
std::string check_text(const char* condition, const char* file, int line) {
  std::string_view path(file);
  path.remove_prefix(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
  return "Check failed: " + std::string(condition) + " (" + std::string(path) + ":" +
         std::to_string(line) + ")";
}
}  // namespace

void fail_check(const char* condition, const char* file, int line) {
  throw InternalError(check_text(condition, file, line));
}

void fail_check(const char* condition, const char* file, int line, const std::string& why) {
  throw InternalError(check_text(condition, file, line) + ": " + why);
}

}  // namespace neve
