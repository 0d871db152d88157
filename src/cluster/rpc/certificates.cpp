#include "cluster/rpc/certificates.hpp"

#include <openssl/x509v3.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include <neve/base/error.hpp>

#include "cluster/rpc/openssl.hpp"

namespace neve::cluster::rpc {
namespace {

constexpr const char* kSuffix = ".node.neve";
constexpr std::size_t kHexDigits = 16;

/// More nodes than a cluster has had in the life of one of them.
constexpr std::size_t kMostKnown = 4096;

std::optional<NodeId> named_node(X509& certificate) {
  std::array<char, 64> text{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(&certificate), NID_commonName,
                                               text.data(), static_cast<int>(text.size()));
  if (length < static_cast<int>(kHexDigits)) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + kHexDigits, value, 16);
  const std::string_view name(text.data(), static_cast<std::size_t>(length));
  if (name != certificate_name(NodeId(value))) return std::nullopt;
  return NodeId(value);
}

std::int64_t end_of(X509& certificate) {
  std::tm time{};
  ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time);
  return timegm(&time);
}

}  // namespace

std::string certificate_name(NodeId node) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%016llx%s",
                static_cast<unsigned long long>(node.value()), kSuffix);
  return text.data();
}

Validity Validity::of_years(std::int64_t years) {
  constexpr std::int64_t kHour = 3600;
  const std::int64_t now = std::time(nullptr);
  return {now - kHour, now + years * 365 * 24 * kHour};
}

struct CertificateChecker::Store {
  CertificateStore trusted;
};

CertificateChecker::CertificateChecker(const std::string& authority)
    : store_(std::make_unique<Store>()) {
  if (authority.empty()) return;
  const Certificate certificate = read_certificate(authority);
  if (!certificate) {
    throw InputError::illegal_argument("The certificate of the cluster's authority is malformed.");
  }
  store_->trusted.reset(X509_STORE_new());
  require_ssl(store_->trusted != nullptr &&
                  X509_STORE_add_cert(store_->trusted.get(), certificate.get()) == 1,
              "a certificate store");
}

CertificateChecker::~CertificateChecker() = default;

CertificateChecker::Verdict CertificateChecker::check(const std::string& pem) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now = std::time(nullptr);
  if (const auto known = known_.find(pem); known != known_.end()) {
    if (now < known->second.valid_to) return {{}, {}, known->second.node};
    known_.erase(known);
  }
  const Certificate certificate = read_certificate(pem);
  if (!certificate) return {Refusal::foreign_certificate, "a malformed certificate", {}};
  const StoreContext context(X509_STORE_CTX_new());
  require_ssl(context != nullptr && X509_STORE_CTX_init(context.get(), store_->trusted.get(),
                                                        certificate.get(), nullptr) == 1,
              "a check of a certificate");
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  if (X509_verify_cert(context.get()) != 1) {
    const int error = X509_STORE_CTX_get_error(context.get());
    const std::string why = X509_verify_cert_error_string(error);
    return {error == X509_V_ERR_CERT_HAS_EXPIRED ? Refusal::expired_certificate
                                                 : Refusal::foreign_certificate,
            "a certificate that does not count here (" + why + ")",
            {}};
  }
  const std::optional<NodeId> node = named_node(*certificate);
  if (!node) return {Refusal::foreign_certificate, "a certificate that names no node", {}};
  if (known_.size() >= kMostKnown) known_.clear();
  known_[pem] = {*node, end_of(*certificate)};
  return {{}, {}, *node};
}

}  // namespace neve::cluster::rpc
