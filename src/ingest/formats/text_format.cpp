#include "ingest/formats/text_format.hpp"

#include <array>

#include <neve/base/error.hpp>

#include "ingest/formats/arff_header.hpp"
#include "ingest/formats/pair_line.hpp"
#include "ingest/formats/records/record_text.hpp"

namespace neve::ingest {

namespace {

constexpr TextFormat kDelimited = {
    .parse_type = "CSV", .missing = "", .declarations = nullptr, .adapt = nullptr};
constexpr TextFormat kSheet = {
    .parse_type = "XLS", .missing = "", .declarations = nullptr, .adapt = &adapt_to_records};
constexpr std::array kDeclaring = {TextFormat{.parse_type = "ARFF",
                                              .missing = "?",
                                              .declarations = &read_arff_header,
                                              .adapt = &adapt_to_arff},
                                   TextFormat{.parse_type = "AVRO",
                                              .missing = "",
                                              .declarations = &read_record_columns,
                                              .adapt = &adapt_to_records},
                                   TextFormat{.parse_type = "SVMLight",
                                              .missing = "",
                                              .declarations = &read_svmlight_start,
                                              .adapt = &adapt_to_svmlight}};

bool is_sheet(const ByteSource& source) {
  std::array<char, 16> first{};
  return sheet_mark({first.data(), source.read(0, first)}).has_value();
}

}  // namespace

const TextFormat& text_format(std::string_view parse_type) {
  for (const TextFormat& format : kDeclaring) {
    if (format.parse_type == parse_type) return format;
  }
  if (parse_type == "GUESS" || parse_type == kDelimited.parse_type) return kDelimited;
  if (parse_type == kSheet.parse_type) return kSheet;
  throw InputError::unsupported(
      "Files of parse_type " + std::string(parse_type) +
          " are not read by this version; CSV, ARFF, SVMLight, AVRO and XLS are.",
      {{"parse_type", std::string(parse_type)}});
}

RecognisedText recognise_text(const ByteSource& source, std::string_view said) {
  if (is_sheet(source)) return {kSheet, std::nullopt};
  for (const TextFormat& format : kDeclaring) {
    auto declared = format.declarations(source);
    const bool by_chance = declared && declared->names.empty() && said == kDelimited.parse_type;
    if (declared && !by_chance) return {format, std::move(declared)};
  }
  return {kDelimited, std::nullopt};
}

Dialect dialect_of(const FileSetup& setup, const TextFormat& format) {
  Dialect dialect;
  if (setup.separator != 0) dialect.separator = static_cast<unsigned char>(setup.separator);
  dialect.quote = setup.single_quotes ? '\'' : '"';
  dialect.escape = static_cast<unsigned char>(setup.escape);
  if (setup.comment_markers) dialect.comment_markers = *setup.comment_markers;
  if (format.adapt != nullptr) format.adapt(setup, dialect);
  return dialect;
}

}  // namespace neve::ingest
