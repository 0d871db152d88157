#pragma once

#include <string>
#include <vector>

namespace neve::ingest {

/// Which files of this machine a request may read and write, by the options --import-root and
/// --export-root. Paths are judged where they lead after symbolic links. Below a root, names that
/// begin with a dot are never touched; who wants one names it as a root. Immutable, any thread.
class PathPolicy {
 public:
  struct Settings {
    /// As given by options; where empty, the defaults below.
    std::vector<std::string> import_roots;
    std::vector<std::string> export_roots;
    /// Roots where none are given. The file system's own root is dropped from them: who starts a
    /// server in "/" has not thereby opened the machine.
    std::vector<std::string> default_roots;
    /// Only users of this machine can ask, so that a missing file may be told from a forbidden one.
    bool local_users_only = true;
  };
  explicit PathPolicy(const Settings& settings);

  /// The path that a request may open for reading: absolute, free of links. Throws InputError: 404
  /// where there is no such file, 403 naming --import-root where it lies outside.
  [[nodiscard]] std::string check_read(const std::string& path) const;
  /// The same as a question; for the members of a folder.
  [[nodiscard]] bool may_read(const std::string& path) const;
  /// The path that a request may create or overwrite. Throws InputError: 403 naming --export-root.
  [[nodiscard]] std::string check_write(const std::string& path) const;

 private:
  std::vector<std::string> import_roots_;
  std::vector<std::string> export_roots_;
  bool local_users_only_;
};

}  // namespace neve::ingest
