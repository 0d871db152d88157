#include "rest/http/auth.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include <neve/base/error.hpp>

#include "rest/http/message.hpp"

namespace neve::rest::http {

namespace {

struct Credentials {
  std::string user;
  std::string password;
};

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  // EVP_DecodeBlock counts the padding as bytes.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

std::optional<Credentials> parse_basic(std::optional<std::string_view> authorization) {
  constexpr std::string_view kScheme = "Basic ";
  if (!authorization || authorization->size() < kScheme.size()) return std::nullopt;
  if (!same_ignoring_case(authorization->substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const auto decoded = decode_base64(authorization->substr(kScheme.size()));
  if (!decoded) return std::nullopt;
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool password_matches(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();
  const char* computed = crypt_r(password.c_str(), hash.c_str(), data.get());
  return computed != nullptr && computed[0] != '*' && equal_in_constant_time(computed, hash);
}

/// Old DES and plain text would be accepted by crypt(3) or look like it; they protect nothing.
bool is_usable_hash(std::string_view hash) {
  for (const std::string_view prefix :
       {"$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$7$", "$gy$"}) {
    if (hash.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

Authenticator::Authenticator() : process_key_(32, '\0') {
  NEVE_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(process_key_.data()),
                        static_cast<int>(process_key_.size())) == 1);
}

Authenticator::Authenticator(Authenticator&& other) noexcept
    : hashes_(std::move(other.hashes_)), process_key_(std::move(other.process_key_)) {}

Authenticator Authenticator::from_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw InputError::not_found("--auth: file '" + path + "' cannot be read.");
  std::ostringstream text;
  text << file.rdbuf();
  return from_text(text.str(), path);
}

Authenticator Authenticator::from_text(std::string_view text, const std::string& name) {
  Authenticator made;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(':');
    const std::string hash = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (colon == 0 || !is_usable_hash(hash)) {
      throw InputError::illegal_argument("--auth: line " + std::to_string(number) + " of '" + name +
                                         "' is not user:hash with a bcrypt, SHA-crypt or yescrypt "
                                         "hash; make it with htpasswd -B.");
    }
    made.hashes_[line.substr(0, colon)] = hash;
  }
  if (made.hashes_.empty()) {
    throw InputError::illegal_argument("--auth: '" + name +
                                       "' names no user; add one with htpasswd -B.");
  }
  return made;
}

Authenticator::Digest Authenticator::digest(std::string_view user,
                                            std::string_view password) const {
  std::string message(user);
  message.push_back('\0');
  message.append(password);
  Digest out(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha256(), process_key_.data(), static_cast<int>(process_key_.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &length);
  NEVE_CHECK(made != nullptr);
  out.resize(length);
  return out;
}

Authenticator::Result Authenticator::recall(std::optional<std::string_view> authorization) const {
  const auto given = parse_basic(authorization);
  if (!given) return {Verdict::refused, ""};
  const Digest wanted = digest(given->user, given->password);
  const std::lock_guard lock(cache_mutex_);
  const auto found = verified_.find(given->user);
  if (found == verified_.end() || !equal_in_constant_time(found->second, wanted)) {
    return {Verdict::unknown, ""};
  }
  return {Verdict::accepted, given->user};
}

Authenticator::Result Authenticator::verify(std::string_view authorization) {
  const auto given = parse_basic(authorization);
  if (!given) return {Verdict::refused, ""};
  const auto found = hashes_.find(given->user);
  const bool known = found != hashes_.end();
  const std::string& hash = known ? found->second : hashes_.begin()->second;
  {
    const std::lock_guard one_at_a_time(hashing_mutex_);
    if (!password_matches(given->password, hash) || !known) return {Verdict::refused, ""};
  }
  const std::lock_guard lock(cache_mutex_);
  verified_[given->user] = digest(given->user, given->password);
  return {Verdict::accepted, given->user};
}

}  // namespace neve::rest::http
