#include "ingest/formats/records/xml_reader.hpp"

#include <exception>
#include <utility>

#include <expat.h>
#include <neve/base/error.hpp>

namespace neve::ingest {

struct XmlReader::Parser {
  XmlHandlers handlers;
  XML_Parser expat = nullptr;
  std::exception_ptr thrown;  // within a handler: expat is C
  std::size_t unseen = 0;     // bytes since the last handler: expat keeps an unfinished tag whole

  template <class Work>
  void guard(const Work& work) {
    unseen = 0;
    if (thrown) return;
    try {
      work();
    } catch (...) {
      thrown = std::current_exception();
      XML_StopParser(expat, XML_FALSE);
    }
  }
  static std::string_view without_prefix(const char* name) {
    const std::string_view whole(name);
    const std::size_t colon = whole.rfind(':');
    return colon == whole.npos ? whole : whole.substr(colon + 1);
  }
  static void on_begin(void* self, const char* name, const char** attributes) {
    auto& parser = *static_cast<Parser*>(self);
    parser.guard([&] { parser.handlers.begin(without_prefix(name), XmlAttributes(attributes)); });
  }
  static void on_end(void* self, const char* name) {
    auto& parser = *static_cast<Parser*>(self);
    parser.guard([&] { parser.handlers.end(without_prefix(name)); });
  }
  static void on_characters(void* self, const char* text, int size) {
    auto& parser = *static_cast<Parser*>(self);
    parser.guard([&] { parser.handlers.characters({text, static_cast<std::size_t>(size)}); });
  }
};

std::string_view XmlAttributes::get(std::string_view name) const {
  for (const char** at = all_; *at != nullptr; at += 2) {
    if (name == *at) return at[1];
  }
  return {};
}

XmlReader::XmlReader(XmlHandlers handlers) : parser_(std::make_unique<Parser>()) {
  parser_->handlers = std::move(handlers);
  parser_->expat = XML_ParserCreate(nullptr);
  NEVE_CHECK(parser_->expat != nullptr, "no memory for an XML parser");
  XML_SetUserData(parser_->expat, parser_.get());
  XML_SetElementHandler(parser_->expat, &Parser::on_begin, &Parser::on_end);
  XML_SetCharacterDataHandler(parser_->expat, &Parser::on_characters);
}

XmlReader::~XmlReader() { XML_ParserFree(parser_->expat); }

std::optional<std::string> XmlReader::parse(std::string_view piece, bool last) {
  constexpr std::size_t kLongestTag = std::size_t{16} << 20;
  parser_->unseen += piece.size();
  if (parser_->unseen > kLongestTag) {
    return "line " + std::to_string(XML_GetCurrentLineNumber(parser_->expat)) +
           ": a tag is longer than 16 MB";
  }
  const auto state =
      XML_Parse(parser_->expat, piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
  if (parser_->thrown) std::rethrow_exception(std::exchange(parser_->thrown, nullptr));
  if (state == XML_STATUS_OK) return std::nullopt;
  return "line " + std::to_string(XML_GetCurrentLineNumber(parser_->expat)) + ": " +
         XML_ErrorString(XML_GetErrorCode(parser_->expat));
}

std::optional<std::string> XmlReader::read(std::string_view piece) { return parse(piece, false); }

std::optional<std::string> XmlReader::finish() { return parse({}, true); }

}  // namespace neve::ingest
