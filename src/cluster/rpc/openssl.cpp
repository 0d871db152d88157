#include "cluster/rpc/openssl.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <neve/base/error.hpp>

namespace neve::cluster::rpc {
namespace {

Bio reader_of(const std::string& pem) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  require_ssl(bio != nullptr, "a buffer");
  return bio;
}

template <class Write>
std::string written(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require_ssl(bio != nullptr && write(bio.get()) == 1, "PEM text");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Asked for where the text is encrypted, which none of ours is.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

}  // namespace

void require_ssl(bool success, const char* what) {
  if (!success) throw InternalError(std::string("OpenSSL could not make ") + what);
}

Certificate read_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reader_of(pem).get(), nullptr, no_password, nullptr));
}

Key read_key(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, no_password, nullptr));
}

Request read_request(const std::string& pem) {
  return Request(PEM_read_bio_X509_REQ(reader_of(pem).get(), nullptr, no_password, nullptr));
}

std::string to_pem(X509& certificate) {
  return written([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string to_pem(EVP_PKEY& key) {
  return written([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string to_pem(X509_REQ& request) {
  return written([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, &request); });
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  require_ssl(key != nullptr, "a key");
  return key;
}

}  // namespace neve::cluster::rpc
