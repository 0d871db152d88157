#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace neve::rest::http {

/// HTTP basic authentication against a file of `user:hash` lines as `htpasswd -B` writes them
/// (bcrypt), or with any other hash that crypt(5) knows and that is meant for passwords.
/// Thread-safe.
class Authenticator {
 public:
  /// Reads the file; throws InputError that names file and line where it cannot be used.
  static Authenticator from_file(const std::string& path);
  /// The same from text; `name` stands for the file in errors.
  static Authenticator from_text(std::string_view text, const std::string& name);
  Authenticator(Authenticator&& other) noexcept;

  enum class Verdict { accepted, refused, unknown };
  struct Result {
    Verdict verdict = Verdict::refused;
    std::string user;
  };
  /// Looks at credentials that were verified before: accepted, refused (none given), or unknown,
  /// where verify() must decide. Takes microseconds.
  [[nodiscard]] Result recall(std::optional<std::string_view> authorization) const;
  /// Computes the hash, which takes as long as the file's author wanted (bcrypt: ~0.1 s), one at a
  /// time. The same time for an unknown user as for a wrong password.
  [[nodiscard]] Result verify(std::string_view authorization);

 private:
  using Digest = std::string;
  Authenticator();
  [[nodiscard]] Digest digest(std::string_view user, std::string_view password) const;

  std::map<std::string, std::string, std::less<>> hashes_;
  std::string process_key_;  // so that a digest in memory means nothing elsewhere
  mutable std::mutex cache_mutex_;
  std::map<std::string, Digest, std::less<>> verified_;
  std::mutex hashing_mutex_;
};

}  // namespace neve::rest::http
