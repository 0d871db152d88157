#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/frame/chunk_builder.hpp>

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
    std::vector<frame::Chunk> pieces;
    std::int64_t size = 0;
    std::vector<Reservation> memory;
    std::string file_name;  ///< as the client calls it; empty for a raw body
  };
  /// The file, once the body is complete.
  [[nodiscard]] File take();

 private:
  void append(std::span<const std::byte> block);
  void reserve(std::int64_t more);
  void begin_part(const PartHead& head);

  Budget& budget_;
  std::vector<Reservation> memory_;
  std::int64_t reserved_ = 0;
  frame::BytesBuilder bytes_;
  std::string file_name_;
  std::optional<MultipartParser> multipart_;
  int parts_ = 0;
  bool in_file_ = true;
};

/// The number in a Content-Length header, nothing for a chunked body.
std::optional<std::uint64_t> content_length(const Headers& headers);

}  // namespace neve::rest::http
