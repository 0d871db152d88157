#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace neve::rest::http {

/// Boundary of a multipart/form-data Content-Type; nothing for any other type.
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// Name and file name of a part, from its Content-Disposition; empty where not given.
struct PartHead {
  std::string name;
  std::string file_name;
};

/// Reads multipart/form-data (RFC 7578) as it comes, in blocks of any size; holds at most one
/// block, a part's head and a boundary. Throws InputError (400) on what is malformed.
class MultipartParser {
 public:
  using OnPart = std::function<void(const PartHead&)>;
  using OnData = std::function<void(std::span<const std::byte>)>;
  /// `on_part` is called before the data of each part, which `on_data` gets piecewise.
  MultipartParser(std::string_view boundary, OnPart on_part, OnData on_data);
  void write(std::span<const std::byte> block);
  /// Throws where the closing boundary has not come.
  void finish() const;

 private:
  enum class State { preamble, after_boundary, head, data, done };
  bool step();
  bool skip_to_boundary();
  bool read_after_boundary();
  bool read_head();
  bool read_data();

  std::string delimiter_;
  OnPart on_part_;
  OnData on_data_;
  State state_ = State::preamble;
  std::string pending_ = "\r\n";  // so that a boundary at the very start is found as all others
};

}  // namespace neve::rest::http
