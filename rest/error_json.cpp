
#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>

#include "rest/router.hpp"

namespace neve::rest {
namespace {

/// Clients strip this frame around the text.
std::string framed(const std::string& message) {
  return "\n\nERROR MESSAGE:\n\n" + message + "\n\n";
}

}  // namespace

std::string error_json(const Error& error, std::string_view url) {
  return error_json_as(error, url, {});
}

std::string error_json_as(const Error& error, std::string_view url, const ErrorForm& form) {
  schema::JsonWriter out;
  const auto member = [&out](std::string_view name, const auto& value) {
    out.key(name);
    out.value(value);
  };
  const std::string message = error.what();
  out.begin_object();
  schema::write_meta(form.schema_name, form.schema_type, 3, out);
  member("timestamp", now_ms());
  member("error_url", url);
  member("msg", framed(message));
  member("dev_msg", framed(message));
  member("http_status", error.http_status());
  out.key("values");
  if (form.values.empty()) {
    out.begin_object();
    for (const auto& [name, value] : error.values()) member(name, value);
    out.end_object();
  } else {
    out.raw(form.values);
  }
  member("exception_type", error.exception_type());
  member("exception_msg", framed(message));
  out.key("stacktrace");
  out.begin_array();
  out.value(error.exception_type() + ": " + message);
  out.end_array();
  std::string text = out.take();
  const std::string_view more = form.more_members;
  const std::string_view inner = more.substr(1, more.size() - 2);
  if (!inner.empty()) text.append(",").append(inner);
  return text + "}";
}

}  // namespace neve::rest
