#include "ingest/formats/text_format.hpp"

#include <array>

#include <neve/base/error.hpp>

#include "ingest/formats/arff_header.hpp"
#include "ingest/formats/pair_line.hpp"

namespace neve::ingest {

namespace {

constexpr TextFormat kDelimited = {
    .parse_type = "CSV", .missing = "", .declarations = nullptr, .adapt = nullptr};
constexpr std::array kDeclaring = {TextFormat{.parse_type = "ARFF",
                                              .missing = "?",
                                              .declarations = &read_arff_header,
                                              .adapt = &adapt_to_arff},
                                   TextFormat{.parse_type = "SVMLight",
                                              .missing = "",
                                              .declarations = &read_svmlight_start,
                                              .adapt = &adapt_to_svmlight}};

}  // namespace

const TextFormat& text_format(std::string_view parse_type) {
  for (const TextFormat& format : kDeclaring) {
    if (format.parse_type == parse_type) return format;
  }
  if (parse_type == "GUESS" || parse_type == kDelimited.parse_type) return kDelimited;
  throw InputError::unsupported("Files of parse_type " + std::string(parse_type) +
                                    " are not read by this version; CSV, ARFF and SVMLight are.",
                                {{"parse_type", std::string(parse_type)}});
}

RecognisedText recognise_text(const ByteSource& source, std::string_view said) {
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
