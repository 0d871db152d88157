#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/formats/records/avro_schema.hpp"
#include "ingest/formats/records/record_text.hpp"

namespace neve::ingest {

/// Values in Avro's binary form, one after the other. Where they are cut or wrong, error() says so
/// from then on, and all further values are empty.
class AvroBytes {
 public:
  explicit AvroBytes(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  /// A zigzag-coded int or long.
  std::int64_t integer();
  /// The next bytes, so many.
  std::string_view bytes(std::size_t count);
  /// bytes() of a length that stands before them.
  std::string_view counted();
  double floating();
  double doubles();

  [[nodiscard]] std::size_t at() const { return size_ - rest_.size(); }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] const std::string& error() const { return error_; }
  void fail(const std::string& why) {
    if (error_.empty()) error_ = why;
  }

 private:
  std::string_view rest_;
  std::size_t size_;
  std::string error_;
};

/// Reads one record and writes it as a row.
void read_avro_record(AvroBytes& bytes, const std::vector<AvroField>& fields, RecordText& text);

}  // namespace neve::ingest
