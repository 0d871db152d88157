#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/column_type.hpp>

namespace neve::ingest {

/// One field of an Avro record, as far as columns can hold it.
struct AvroField {
  enum class Kind { null, boolean, integer, floating, doubles, bytes, string, fixed, symbols };
  /// What the values mean beyond their kind.
  enum class Meaning { plain, date, time_ms, time_us, timestamp_ms, timestamp_us, decimal, uuid };

  std::string name;
  Kind kind = Kind::null;
  Meaning meaning = Meaning::plain;
  std::vector<bool> branches = {};  ///< of a union with null: which of them are null; else empty
  std::size_t size = 0;             ///< of `fixed`, in bytes
  int scale = 0;                    ///< of `decimal`: digits behind the point
  std::vector<std::string> symbols = {};

  [[nodiscard]] frame::ColumnType type() const;
};

/// The fields of the record that a schema (Avro 1.11, JSON) describes. Throws InputError, which
/// begins with `place`, where it is none or a field has fields or values of its own.
std::vector<AvroField> read_avro_schema(std::string_view json, const std::string& place);

}  // namespace neve::ingest
