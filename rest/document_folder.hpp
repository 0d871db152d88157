#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace neve::rest {

/// Small documents that clients keep at a node, such as notebooks, by category and name: a folder
/// of files, in one folder for each category. Names are checked, so that nothing lies elsewhere; a
/// document is replaced as a whole or not at all. Any thread.
class DocumentFolder {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
  struct Entry {
    std::string name;
    std::int64_t bytes = 0;
    std::int64_t changed_ms = 0;  ///< since 1970
  };
  explicit DocumentFolder(std::string folder) : folder_(std::move(folder)) {}

  /// All but `put` throw InputError (400) for a name that may not be one.
  [[nodiscard]] bool has_category(const std::string& category) const;
  [[nodiscard]] bool has(const std::string& category, const std::string& name) const;
  /// By name; none where there is no such category.
  [[nodiscard]] std::vector<Entry> list(const std::string& category) const;
  /// Throws InputError, 404 where there is none.
  [[nodiscard]] std::string get(const std::string& category, const std::string& name) const;
  /// Throws InputError for a name that may not be one, or a text above kMostBytes; where the disk
  /// does not take it, too.
  void put(const std::string& category, const std::string& name, std::string_view text) const;
  /// True where there was one.
  bool remove(const std::string& category, const std::string& name) const;

 private:
  [[nodiscard]] std::filesystem::path place(const std::string& category) const;
  [[nodiscard]] std::filesystem::path place(const std::string& category,
                                            const std::string& name) const;
  std::filesystem::path folder_;
};

}  // namespace neve::rest
