#include "rest/document_folder.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

namespace neve::rest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 200;  // file systems take 255 bytes

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

void check_name(const char* what, const std::string& name, std::string_view others) {
  const bool fits = !name.empty() && name.size() <= kLongestName;
  const auto is_allowed = [&](char c) { return is_word(c) || others.find(c) != std::string::npos; };
  if (fits && std::ranges::all_of(name, is_allowed)) return;
  throw InputError::bad_request("NodePersistentStorage illegal " + std::string(what) + " (" + name +
                                    "): 1 to 200 letters, digits, '-'" +
                                    (others.empty() ? "." : ", '_', ' ', '(' and ')'."),
                                {{what, name}});
}

std::int64_t changed_ms(const fs::directory_entry& file) {
  std::error_code error;
  const auto time = file.last_write_time(error);
  if (error) return 0;
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(system.time_since_epoch()).count();
}

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
  throw InputError::illegal_argument("The document " + path.filename().string() +
                                     " cannot be kept at this node: " + why +
                                     ". Its folder is that of --flow-dir.");
}

}  // namespace

fs::path DocumentFolder::place(const std::string& category) const {
  check_name("category", category, "");
  return folder_ / category;
}

fs::path DocumentFolder::place(const std::string& category, const std::string& name) const {
  const fs::path folder = place(category);
  check_name("name", name, "_ ()");
  return folder / name;
}

bool DocumentFolder::has_category(const std::string& category) const {
  std::error_code error;
  return fs::is_directory(place(category), error);
}

bool DocumentFolder::has(const std::string& category, const std::string& name) const {
  std::error_code error;
  return fs::is_regular_file(place(category, name), error);
}

std::vector<DocumentFolder::Entry> DocumentFolder::list(const std::string& category) const {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator at(place(category), error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code gone;
    const auto bytes = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (gone || name.starts_with('.')) continue;
    entries.push_back({name, static_cast<std::int64_t>(bytes), changed_ms(*at)});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

std::string DocumentFolder::get(const std::string& category, const std::string& name) const {
  const fs::path path = place(category, name);
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (!file || error) {
    throw InputError::not_found("There is no document " + name + " of category " + category + ".",
                                {{"category", category}, {"name", name}});
  }
  if (bytes > kMostBytes) fail(path, "it has " + std::to_string(bytes) + " bytes");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void DocumentFolder::put(const std::string& category, const std::string& name,
                         std::string_view text) const {
  const fs::path path = place(category, name);
  if (text.size() > kMostBytes) {
    fail(path, "it has " + std::to_string(text.size()) + " bytes; at most " +
                   std::to_string(kMostBytes) + " are allowed");
  }
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) fail(path, error.message());
  // Two that write the same document at once each have a file of their own.
  const fs::path unfinished =
      path.parent_path() / ("." + std::to_string(draw_seed()) + ".unfinished");
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  const std::string why = file ? "" : std::strerror(errno);
  if (file) fs::rename(unfinished, path, error);
  if (file && !error) return;
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  fail(path, file ? error.message() : why);
}

bool DocumentFolder::remove(const std::string& category, const std::string& name) const {
  std::error_code error;
  const bool was_there = fs::remove(place(category, name), error);
  if (error) fail(place(category, name), error.message());
  return was_there;
}

}  // namespace neve::rest
