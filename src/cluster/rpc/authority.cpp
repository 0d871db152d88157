#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <neve/base/error.hpp>

#include "cluster/rpc/certificates.hpp"
#include "cluster/rpc/openssl.hpp"

namespace neve::cluster::rpc {
namespace {

constexpr const char* kAuthorityName = "Neve cluster authority";

void set_name(X509_NAME* name, const std::string& text) {
  require_ssl(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                         reinterpret_cast<const unsigned char*>(text.data()),
                                         static_cast<int>(text.size()), -1, 0) == 1,
              "a name");
}

void add_extension(X509& certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  require_ssl(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1,
              "an extension");
}

/// A certificate without names and extensions, valid as said, with a random number.
Certificate blank(const Validity& validity, EVP_PKEY& key) {
  Certificate made(X509_new());
  require_ssl(made != nullptr && X509_set_version(made.get(), X509_VERSION_3) == 1,
              "a certificate");
  unsigned char serial[16];
  require_ssl(RAND_bytes(serial, sizeof serial) == 1, "a random number");
  serial[0] &= 0x7FU;  // positive
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
      BN_bin2bn(serial, sizeof serial, nullptr));
  require_ssl(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr,
              "a serial number");
  ASN1_TIME_set(X509_getm_notBefore(made.get()), validity.from);
  ASN1_TIME_set(X509_getm_notAfter(made.get()), validity.to);
  require_ssl(X509_set_pubkey(made.get(), &key) == 1, "a public key");
  return made;
}

void sign_with(EVP_PKEY& key, X509& certificate) {
  require_ssl(X509_sign(&certificate, &key, EVP_sha256()) > 0, "a signature");
}

}  // namespace

struct Authority::Parts {
  Key key;
  Certificate certificate;
};

Authority Authority::create(const Validity& validity) {
  Key key = new_key();
  Certificate made = blank(validity, *key);
  set_name(X509_get_subject_name(made.get()), kAuthorityName);
  set_name(X509_get_issuer_name(made.get()), kAuthorityName);
  add_extension(*made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(*made, NID_key_usage, "critical,keyCertSign");
  add_extension(*made, NID_subject_key_identifier, "hash");
  sign_with(*key, *made);
  return Authority(std::make_shared<const Parts>(Parts{std::move(key), std::move(made)}));
}

Authority Authority::from_pem(const std::string& certificate, const std::string& private_key) {
  Parts parts{read_key(private_key), read_certificate(certificate)};
  if (!parts.key || !parts.certificate ||
      X509_check_private_key(parts.certificate.get(), parts.key.get()) != 1) {
    throw InputError::illegal_argument(
        "The cluster's authority cannot be used: its certificate and private key are not a pair.");
  }
  return Authority(std::make_shared<const Parts>(std::move(parts)));
}

std::string Authority::certificate() const { return to_pem(*parts_->certificate); }
std::string Authority::private_key() const { return to_pem(*parts_->key); }

std::string Authority::sign(const std::string& request, NodeId node,
                            const Validity& validity) const {
  const Request asked = read_request(request);
  EVP_PKEY* key = asked ? X509_REQ_get0_pubkey(asked.get()) : nullptr;
  if (key == nullptr || X509_REQ_verify(asked.get(), key) != 1) {
    throw InputError::bad_request("A request for a certificate is malformed or not signed.");
  }
  const Certificate made = blank(validity, *key);
  set_name(X509_get_subject_name(made.get()), certificate_name(node));
  require_ssl(
      X509_set_issuer_name(made.get(), X509_get_subject_name(parts_->certificate.get())) == 1,
      "a name");
  add_extension(*made, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*made, NID_key_usage, "critical,digitalSignature");
  add_extension(*made, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(*made, NID_subject_alt_name, "DNS:" + certificate_name(node) + ",DNS:" + kAnyNode);
  sign_with(*parts_->key, *made);
  return to_pem(*made);
}

CertificateRequest CertificateRequest::create() {
  const Key key = new_key();
  const Request request(X509_REQ_new());
  require_ssl(request != nullptr && X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                  X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0,
              "a request for a certificate");
  return {to_pem(*key), to_pem(*request)};
}

}  // namespace neve::cluster::rpc
