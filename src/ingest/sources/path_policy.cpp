#include <neve/ingest/path_policy.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <neve/base/error.hpp>

namespace neve::ingest {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> resolved_roots(const std::vector<std::string>& given,
                                        const std::vector<std::string>& defaults) {
  std::vector<std::string> roots;
  for (const std::string& root : given.empty() ? defaults : given) {
    std::error_code error;
    const fs::path path = root.empty() ? fs::path() : fs::canonical(root, error);
    const bool usable = !path.empty() && !error && (!given.empty() || path != path.root_path());
    if (usable) roots.push_back(path.string());
  }
  return roots;
}

/// Whether `path` is `root` or below it, with no hidden name between.
bool is_visible_below(const fs::path& root, const fs::path& path) {
  const auto [in_root, in_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  // A root with a trailing separator ends in an empty name.
  if (in_root != root.end() && !in_root->empty()) return false;
  return std::none_of(in_path, path.end(),
                      [](const fs::path& name) { return name.native().starts_with('.'); });
}

bool is_allowed(const std::vector<std::string>& roots, const fs::path& path) {
  return std::ranges::any_of(roots,
                             [&](const std::string& root) { return is_visible_below(root, path); });
}

fs::path absolute(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw InputError::illegal_argument("A path may not be empty or hold a zero byte.");
  }
  return fs::absolute(path).lexically_normal();
}

InputError refusal(const std::string& path, const char* verb, const char* option,
                   const std::vector<std::string>& roots) {
  std::string message = "File " + path + " may not be " + verb + ": the server was started with ";
  if (roots.empty()) {
    message += "no folder for it";
  } else {
    message += "access to ";
    for (const std::string& root : roots) message += (&root == &roots[0] ? "" : ", ") + root;
    message += " only, without hidden files";
  }
  return InputError::forbidden(message + ". Start it with " + option + " DIR to allow more.",
                               {{"path", path}});
}

}  // namespace

PathPolicy::PathPolicy(const Settings& settings)
    : import_roots_(resolved_roots(settings.import_roots, settings.default_roots)),
      export_roots_(resolved_roots(settings.export_roots, settings.default_roots)),
      local_users_only_(settings.local_users_only) {}

std::string PathPolicy::check_read(const std::string& path) const {
  const fs::path wanted = absolute(path);
  // Strangers do not learn which files exist outside.
  if (!local_users_only_ && !is_allowed(import_roots_, wanted)) {
    throw refusal(path, "read", "--import-root", import_roots_);
  }
  std::error_code error;
  const fs::path found = fs::canonical(wanted, error);
  if (error) {
    throw InputError::not_found("File " + path + " does not exist", {{"path", path}});
  }
  if (!is_allowed(import_roots_, found)) {
    throw refusal(path, "read", "--import-root", import_roots_);
  }
  return found.string();
}

bool PathPolicy::may_read(const std::string& path) const {
  std::error_code error;
  const fs::path found = fs::canonical(path, error);
  return !error && is_allowed(import_roots_, found);
}

std::string PathPolicy::check_write(const std::string& path) const {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(absolute(path), error);
  // What is still a link here leads to a file that does not exist yet, anywhere.
  const bool dangling = !error && fs::is_symlink(fs::symlink_status(target, error));
  if (dangling || target.empty() || !is_allowed(export_roots_, target)) {
    throw refusal(path, "written", "--export-root", export_roots_);
  }
  return target.string();
}

}  // namespace neve::ingest
