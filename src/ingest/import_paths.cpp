#include "ingest/import_paths.hpp"

#include <algorithm>
#include <filesystem>

#include <neve/base/error.hpp>
#include <re2/re2.h>

namespace neve::ingest {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 100'000;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::vector<std::string> files_below(const std::string& folder, const PathPolicy& policy) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (error) break;
    if (is_hidden(it->path())) {
      it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file(error) || !policy.may_read(it->path().string())) continue;
    files.push_back(it->path().string());
    if (files.size() > kMostFiles) {
      throw InputError::illegal_argument("The folder " + folder + " holds more than " +
                                         std::to_string(kMostFiles) +
                                         " files; name a smaller one.");
    }
  }
  if (error) {
    throw InputError::not_found("The folder " + folder + " cannot be read: " + error.message() +
                                ".");
  }
  std::sort(files.begin(), files.end());
  return files;
}

void keep_matching(std::vector<std::string>& files, const std::string& folder,
                   const std::string& pattern) {
  const RE2 expression(pattern, RE2::Quiet);
  if (!expression.ok()) {
    throw InputError::illegal_argument(
        "The pattern '" + pattern + "' is no regular expression: " + expression.error() + ".",
        {{"pattern", pattern}});
  }
  std::erase_if(files, [&](const std::string& file) {
    const bool below = file.size() > folder.size() && file.starts_with(folder);
    return !RE2::PartialMatch(below ? file.substr(folder.size()) : file, expression);
  });
}

}  // namespace

std::vector<std::string> find_files(const std::string& path, const std::string& pattern,
                                    const PathPolicy& policy) {
  std::string plain = path.starts_with("file://") ? path.substr(7) : path;
  const std::string allowed = policy.check_read(plain);
  std::error_code error;
  std::vector<std::string> files;
  if (fs::is_directory(allowed, error)) {
    files = files_below(allowed, policy);
  } else {
    files = {allowed};
  }
  if (!pattern.empty()) keep_matching(files, allowed, pattern);
  return files;
}

std::vector<std::string> complete_path(const std::string& beginning, std::size_t limit,
                                       const PathPolicy& policy) {
  std::error_code error;
  const fs::path typed(beginning);
  const bool in_folder = fs::is_directory(typed, error);
  const fs::path folder = in_folder ? typed : typed.parent_path();
  const std::string start = in_folder ? "" : typed.filename().string();
  std::vector<std::string> found;
  fs::directory_iterator it(folder.empty() ? fs::path(".") : folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(start) || name.starts_with('.')) continue;
    if (!policy.may_read(it->path().string())) continue;
    found.push_back((folder / name).string());
  }
  std::sort(found.begin(), found.end());
  if (found.size() > limit) found.resize(limit);
  return found;
}

}  // namespace neve::ingest
