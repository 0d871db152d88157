#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <neve/schema/schema_of.hpp>

namespace neve::rest::endpoints {

/// What error_json() writes, for the metadata.
struct ErrorInfo {
  std::int64_t timestamp = 0;
  std::string error_url;
  std::string msg;
  std::string dev_msg;
  std::int32_t http_status = 0;
  schema::RawJson values;
  std::string exception_type;
  std::string exception_msg;
  std::vector<std::string> stacktrace;
  static const schema::Schema& schema();
};

/// One remark of a builder about its parameters.
struct ValidationMessage {
  std::string message_type;
  std::string field_name;
  std::string message;
  static const schema::Schema& schema();
};

/// The error of a builder, with what it says about each parameter.
struct BuilderErrorInfo : ErrorInfo {
  schema::AnyObject parameters;
  std::vector<ValidationMessage> messages;
  std::int32_t error_count = 0;
  static const schema::Schema& schema();
};

}  // namespace neve::rest::endpoints
