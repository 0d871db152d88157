#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <string>

/// OpenSSL's objects with owners. Private to the files that deal with certificates.
namespace neve::cluster::rpc {

template <auto free_function>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Request = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using CertificateStore = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

/// Null where the text holds none.
Certificate read_certificate(const std::string& pem);
Key read_key(const std::string& pem);
Request read_request(const std::string& pem);

std::string to_pem(X509& certificate);
std::string to_pem(EVP_PKEY& key);
std::string to_pem(X509_REQ& request);

/// A new key on the curve P-256.
Key new_key();

/// OpenSSL returns 1 for success; anything else here means that memory or the library failed.
void require_ssl(bool success, const char* what);

}  // namespace neve::cluster::rpc
