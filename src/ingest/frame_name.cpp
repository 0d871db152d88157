#include <array>
#include <cctype>

#include <neve/ingest/setup.hpp>

namespace neve::ingest {

namespace {

constexpr std::array<std::string_view, 8> kEndings = {"zip", "gz",  "csv", "xls",
                                                      "txt", "svm", "orc", "arff"};

bool ends_as_file(std::string_view name) {
  for (std::string_view ending : kEndings) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalpha(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool is_word(char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string frame_name_for(std::string_view source_key,
                           const std::function<bool(const std::string&)>& is_taken) {
  // H2O-3 prints the key with its type, which stays in the name where no folder is cut off.
  const std::string printed = "Key<Frame> " + std::string(source_key);
  std::string_view name = printed;
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  for (std::size_t dot = name.rfind('.');
       dot != std::string_view::npos && dot > 0 && ends_as_file(name); dot = name.rfind('.')) {
    name = name.substr(0, dot);
  }
  std::string plain(name);
  if (plain.empty() || !is_letter(plain[0])) plain.insert(0, 1, 'X');
  for (char& c : plain) {
    if (!is_word(c)) c = '_';
  }
  std::string result = plain + ".hex";
  for (int i = 1; is_taken(result); ++i) result = plain + std::to_string(i) + ".hex";
  return result;
}

}  // namespace neve::ingest
