#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <neve/base/ids.hpp>

#include "cluster/api/rpc.hpp"

namespace neve::cluster::rpc {

/// The name that a node's certificate has; every certificate also has kAnyNode.
std::string certificate_name(NodeId node);
/// Whom a node speaks to that joins, as it does not know yet whose address it was given.
inline constexpr const char* kAnyNode = "node.neve";

/// When a certificate holds, in seconds since 1970.
struct Validity {
  std::int64_t from;
  std::int64_t to;
  /// From now on; a little earlier, as clocks of machines differ.
  static Validity of_years(std::int64_t years);
};

/// Signs the certificates of a cluster's nodes. Its private key is the cluster's secret.
class Authority {
 public:
  /// A new one, with a new key.
  static Authority create(const Validity& validity);
  /// Throws InputError where the texts are not the two halves of one authority.
  static Authority from_pem(const std::string& certificate, const std::string& private_key);
  [[nodiscard]] std::string certificate() const;
  [[nodiscard]] std::string private_key() const;
  /// The certificate that the request asks for, but for the name, which is `node`'s. Throws
  /// InputError where the request is malformed or not signed by its own key.
  [[nodiscard]] std::string sign(const std::string& request, NodeId node,
                                 const Validity& validity) const;

 private:
  struct Parts;
  explicit Authority(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

/// A new key, and the request to sign it.
struct CertificateRequest {
  std::string private_key;
  std::string request;
  static CertificateRequest create();
};

/// Tells whose certificate one is. Remembers those that were good, as each call shows one.
/// Thread-safe.
class CertificateChecker {
 public:
  struct Verdict {
    std::optional<Refusal> refusal;
    std::string problem;
    NodeId node;
  };
  /// `authority`: PEM; empty where nothing will be checked.
  explicit CertificateChecker(const std::string& authority);
  ~CertificateChecker();
  CertificateChecker(const CertificateChecker&) = delete;
  CertificateChecker& operator=(const CertificateChecker&) = delete;
  Verdict check(const std::string& certificate);

 private:
  struct Store;
  struct Known {
    NodeId node;
    std::int64_t valid_to;
  };
  std::unique_ptr<Store> store_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace neve::cluster::rpc
