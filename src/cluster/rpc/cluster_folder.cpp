#include "cluster/api/cluster_folder.hpp"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

#include <neve/base/error.hpp>

#include "cluster/rpc/certificates.hpp"
#include "cluster/rpc/openssl.hpp"

namespace neve::cluster {
namespace {

constexpr const char* kAuthorityFile = "ca.crt";
constexpr const char* kAuthorityKeyFile = "ca.key";
constexpr const char* kGossipFile = "gossip.key";
constexpr const char* kTokenFile = "join.token";

constexpr std::size_t kSecretBytes = 32;

std::string random_hex() {
  std::array<unsigned char, kSecretBytes> bytes{};
  rpc::require_ssl(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
                   "a random number");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw InputError::illegal_argument("Cluster file '" + file.string() + "' " + what);
}

void write_secret(const std::filesystem::path& file, const std::string& text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(file, "cannot be made; is it there already?");
  const bool whole =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (::close(descriptor) != 0 || !whole) fail(file, "cannot be written.");
}

std::string read_secret(const std::filesystem::path& file) {
  struct stat info {};
  std::ifstream stream(file, std::ios::binary);
  if (!stream || ::stat(file.c_str(), &info) != 0) {
    fail(file, "cannot be read. 'neve cluster init --dir DIR' makes the files of a cluster.");
  }
  if ((info.st_mode & 077U) != 0) {
    fail(file, "may be read by other users of this machine; run chmod 600 on it.");
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string read_hex(const std::filesystem::path& file) {
  std::string text = read_secret(file);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const bool hex = std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (text.size() != 2 * kSecretBytes || !hex) fail(file, "does not hold 64 hexadecimal digits.");
  return text;
}

}  // namespace

ClusterFolder ClusterFolder::create(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(folder, "cannot be made: " + error.message() + ".");
  for (const char* name : {kAuthorityFile, kAuthorityKeyFile, kGossipFile, kTokenFile}) {
    if (std::filesystem::exists(folder / name, error)) {
      fail(folder / name, "is there already; a cluster's secrets are never overwritten.");
    }
  }
  constexpr std::int64_t kAuthorityYears = 10;
  const rpc::Authority authority = rpc::Authority::create(rpc::Validity::of_years(kAuthorityYears));
  ClusterFolder made{authority.certificate(), authority.private_key(), random_hex(), random_hex()};
  write_secret(folder / kAuthorityFile, made.authority);
  write_secret(folder / kAuthorityKeyFile, made.authority_key);
  write_secret(folder / kGossipFile, made.gossip_key + "\n");
  write_secret(folder / kTokenFile, made.join_token + "\n");
  return made;
}

ClusterFolder ClusterFolder::read(const std::filesystem::path& folder) {
  ClusterFolder made;
  made.authority = read_secret(folder / kAuthorityFile);
  std::error_code ignored;
  if (std::filesystem::exists(folder / kAuthorityKeyFile, ignored)) {
    made.authority_key = read_secret(folder / kAuthorityKeyFile);
    rpc::Authority::from_pem(made.authority, made.authority_key);
  } else if (!rpc::read_certificate(made.authority)) {
    fail(folder / kAuthorityFile, "holds no certificate.");
  }
  made.gossip_key = read_hex(folder / kGossipFile);
  made.join_token = read_hex(folder / kTokenFile);
  return made;
}

Credentials ClusterFolder::sign_own(NodeId self) const {
  const auto asked = rpc::CertificateRequest::create();
  const auto authority = rpc::Authority::from_pem(this->authority, authority_key);
  return {this->authority, authority.sign(asked.request, self, rpc::Validity::of_years(1)),
          asked.private_key};
}

}  // namespace neve::cluster
