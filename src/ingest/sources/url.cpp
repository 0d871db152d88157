#include "ingest/sources/url.hpp"

#include <exception>

#include <curl/curl.h>
#include <dlfcn.h>
#include <neve/base/error.hpp>

namespace neve::ingest {

namespace {

constexpr long kConnectSeconds = 30;
constexpr long kStallSeconds = 60;  // without a byte a second
constexpr long kRedirects = 10;

/// libcurl, opened at first use: it and what it needs would be most of the memory of an idle
/// server.
struct Curl {
  decltype(&curl_easy_init) init = nullptr;
  decltype(&curl_easy_cleanup) cleanup = nullptr;
  decltype(&curl_easy_setopt) set = nullptr;
  decltype(&curl_easy_perform) perform = nullptr;
  decltype(&curl_easy_getinfo) info = nullptr;
  decltype(&curl_easy_strerror) text_of = nullptr;
};

template <class Function>
void look_up(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw InternalError(std::string("libcurl has no ") + name);
}

Curl open_curl() {
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw InputError::unsupported(
        "URLs cannot be imported, as libcurl is not installed on this machine (Debian: libcurl4).");
  }
  decltype(&curl_global_init) global_init = nullptr;
  look_up(library, "curl_global_init", global_init);
  global_init(CURL_GLOBAL_DEFAULT);
  Curl curl;
  look_up(library, "curl_easy_init", curl.init);
  look_up(library, "curl_easy_cleanup", curl.cleanup);
  look_up(library, "curl_easy_setopt", curl.set);
  look_up(library, "curl_easy_perform", curl.perform);
  look_up(library, "curl_easy_getinfo", curl.info);
  look_up(library, "curl_easy_strerror", curl.text_of);
  return curl;
}

const Curl& curl() {
  static const Curl opened = open_curl();  // stateless; curl_global_init is once per process
  return opened;
}

struct Transfer {
  OwnedBytes& bytes;
  job::TokenPtr token;
  std::exception_ptr failure;
};

std::size_t take_bytes(const char* data, std::size_t /*one*/, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    transfer.bytes.append({data, size});
    return size;
  } catch (...) {
    // An exception may not cross libcurl; it is thrown again behind it.
    transfer.failure = std::current_exception();
    return 0;
  }
}

int check_token(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<Transfer*>(user);
  return transfer.token && transfer.token->cancelled() ? 1 : 0;
}

void set_options(CURL* handle, const std::string& url, Transfer& transfer) {
  const Curl& c = curl();
  c.set(handle, CURLOPT_URL, url.c_str());
  c.set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  c.set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  c.set(handle, CURLOPT_FOLLOWLOCATION, 1L);
  c.set(handle, CURLOPT_MAXREDIRS, kRedirects);
  c.set(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  c.set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  c.set(handle, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  c.set(handle, CURLOPT_NOSIGNAL, 1L);
  c.set(handle, CURLOPT_FAILONERROR, 1L);
  c.set(handle, CURLOPT_USERAGENT, "neve");
  c.set(handle, CURLOPT_WRITEFUNCTION, take_bytes);
  c.set(handle, CURLOPT_WRITEDATA, &transfer);
  c.set(handle, CURLOPT_NOPROGRESS, 0L);
  c.set(handle, CURLOPT_XFERINFOFUNCTION, check_token);
  c.set(handle, CURLOPT_XFERINFODATA, &transfer);
}

}  // namespace

bool is_http_url(std::string_view location) {
  return location.starts_with("http://") || location.starts_with("https://");
}

std::shared_ptr<OwnedBytes> fetch_url(const std::string& url, Budget& budget,
                                      const job::TokenPtr& token) {
  if (url.find("/3/ImportFiles") != std::string::npos) {
    throw InputError::illegal_argument(
        "Recursive path reference not allowed: " + url +
            " would have a node import what it imports; name the file "
            "itself.",
        {{"path", url}});
  }
  auto bytes = std::make_shared<OwnedBytes>(budget, "The contents of " + url);
  const Curl& c = curl();
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(c.init(), c.cleanup);
  NEVE_CHECK(handle != nullptr, "no memory for a transfer");
  Transfer transfer{*bytes, token, nullptr};
  set_options(handle.get(), url, transfer);
  const CURLcode result = c.perform(handle.get());
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (token) token->check();
  if (result != CURLE_OK) {
    long status = 0;
    c.info(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    const std::string why = status >= 400
                                ? "the server answered with status " + std::to_string(status)
                                : c.text_of(result);
    throw InputError::not_found("The URL " + url + " cannot be read: " + why + ".",
                                {{"path", url}});
  }
  return bytes;
}

}  // namespace neve::ingest
