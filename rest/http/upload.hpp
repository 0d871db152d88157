#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <neve/base/buffer.hpp>

#include "rest/http/message.hpp"
#include "rest/http/multipart.hpp"

namespace neve::rest::http {

/// A file sent by a client, as a raw body or as the first file of multipart/form-data, collected in
/// memory that the node's budget bounds.
class Upload final : public BodySink {
 public:
  /// `head` is the request without its body; a Content-Length in it sizes the memory at once.
  Upload(Budget& budget, const Request& head);
  void write(std::span<const std::byte> block) override;
  void finish() override;

  struct File {
    SharedBuffer bytes;
    Reservation memory;
    std::string file_name;  ///< as the client calls it; empty for a raw body
  };
  /// The file, once the body is complete.
  [[nodiscard]] File take();

 private:
  void append(std::span<const std::byte> block);
  void grow_to(std::size_t capacity);
  void begin_part(const PartHead& head);

  Budget& budget_;
  Reservation memory_;
  Buffer buffer_;
  std::size_t size_ = 0;
  std::string file_name_;
  std::optional<MultipartParser> multipart_;
  int parts_ = 0;
  bool in_file_ = true;
};

/// The number in a Content-Length header, nothing for a chunked body.
std::optional<std::uint64_t> content_length(const Headers& headers);

}  // namespace neve::rest::http
