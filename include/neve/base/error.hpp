#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace neve {

/// Base of every error that a request may end with. Thrown where the request ends, caught only at
/// the borders: HTTP session, job and inbox. `values` name the offending inputs for the client.
class Error : public std::runtime_error {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;
  Error(int http_status, std::string exception_type, const std::string& message, Values values = {})
      : std::runtime_error(message),
        http_status_(http_status),
        exception_type_(std::move(exception_type)),
        values_(std::move(values)) {}
  [[nodiscard]] int http_status() const { return http_status_; }
  /// The Java class name that H2O clients know for this kind of error.
  [[nodiscard]] const std::string& exception_type() const { return exception_type_; }
  [[nodiscard]] const Values& values() const { return values_; }

 private:
  int http_status_;
  std::string exception_type_;
  Values values_;
};

/// The user's input cannot be used: wrong value, unknown column, malformed text.
class InputError : public Error {
 public:
  using Error::Error;
  /// 412: an argument has a value that is not allowed. Message: what is wrong, the value, what is
  /// allowed.
  static InputError illegal_argument(const std::string& message, Values values = {});
  /// 400: the request cannot be understood (syntax, unknown constant, unknown function).
  static InputError bad_request(const std::string& message, Values values = {});
  /// 404: no object of this name. `argument` is the parameter that named it.
  static InputError object_not_found(const std::string& name, const std::string& argument);
  /// 404: anything else that does not exist (a file, a URL, a column).
  static InputError not_found(const std::string& message, Values values = {});
  /// 403: the server's options forbid it; the message names the option that would allow it.
  static InputError forbidden(const std::string& message, Values values = {});
  /// 412: part of the interface whose work is not built; names parameter and value.
  static InputError unsupported(const std::string& message, Values values = {});
};

/// Memory that was asked for is not there; the message says how much is needed and how much is
/// free.
class OutOfMemoryError : public Error {
 public:
  explicit OutOfMemoryError(const std::string& message)
      : Error(503, "java.lang.OutOfMemoryError", message) {}
};

/// A node is gone or did not answer in time.
class ClusterError : public Error {
 public:
  explicit ClusterError(const std::string& message)
      : Error(503, "water.exceptions.H2OClusterException", message) {}
};

/// The job's token was cancelled, by a user or because its time was up.
class Cancelled : public Error {
 public:
  Cancelled() : Error(409, "water.Job$JobCancelledException", "The job was cancelled.") {}
};

/// A bug in Neve: the request or job fails with status 500, the node lives on.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message)
      : Error(500, "java.lang.AssertionError", message) {}
};

[[noreturn]] void fail_check(const char* condition, const char* file, int line);
[[noreturn]] void fail_check(const char* condition, const char* file, int line,
                             const std::string& why);

}  // namespace neve

/// States what the code relies on; a false condition throws InternalError. Never for user input.
#define NEVE_CHECK(condition, ...)                                                   \
  do {                                                                               \
    if (!(condition)) [[unlikely]]                                                   \
      ::neve::fail_check(#condition, __FILE__, __LINE__ __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)
