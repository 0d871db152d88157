#include "cluster/gossip/seal.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <neve/base/error.hpp>

#include "cluster/gossip/packet.hpp"

namespace neve::cluster::gossip {

static_assert(Seal::kHeaderBytes + Seal::kTagBytes == kSealBytes);

namespace {

// The first byte of a packet: the version of the form in the upper bits, and for whom it is.
constexpr std::uint8_t kForKnownNode = 0x10;
constexpr std::uint8_t kForAnyNode = 0x11;

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

using Key = std::array<std::uint8_t, 32>;

/// HKDF-SHA256: extract and expand, with no salt.
Key derive(std::span<const std::uint8_t> secret, std::string_view purpose) {
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(EVP_KDF_CTX_new(kdf.get()));
  // OpenSSL's parameters take pointers to non-const data and only read them.
  std::string digest = "SHA256";
  std::array<OSSL_PARAM, 4> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                        const_cast<std::uint8_t*>(secret.data()), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(purpose.data()),
                                        purpose.size()),
      OSSL_PARAM_construct_end()};
  Key key{};
  NEVE_CHECK(EVP_KDF_derive(context.get(), key.data(), key.size(), parameters.data()) == 1,
             "OpenSSL has no HKDF");
  return key;
}

template <class T>
void put(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

template <class T>
T get(const std::byte* from) {
  T value{};
  std::memcpy(&value, from, sizeof value);
  return value;
}

constexpr std::size_t kClusterAt = 1;
constexpr std::size_t kSenderAt = 9;
constexpr std::size_t kCounterAt = 17;

/// What is authenticated beside the body: the header, and the receiver, which is not on the wire.
using Context = std::array<std::byte, Seal::kHeaderBytes + sizeof(std::uint64_t)>;

Context context_of(std::span<const std::byte> header, NodeId receiver) {
  Context context{};
  std::memcpy(context.data(), header.data(), Seal::kHeaderBytes);
  put(context.data() + Seal::kHeaderBytes, receiver.value());
  return context;
}

const unsigned char* bytes_of(const std::byte* data) {
  return reinterpret_cast<const unsigned char*>(data);
}
unsigned char* bytes_of(std::byte* data) { return reinterpret_cast<unsigned char*>(data); }

}  // namespace

std::string_view name_of(DropCause cause) {
  constexpr std::array<std::string_view, kDropCauses> kNames = {"malformed", "other cluster", "own",
                                                                "not authentic", "replayed"};
  return kNames.at(static_cast<std::size_t>(cause));
}

ClusterKey key_from_secret(std::span<const std::uint8_t> secret) {
  NEVE_CHECK(!secret.empty(), "a cluster's secret is never empty");
  return derive(secret, "neve gossip 1: cluster");
}

ClusterKey key_from_name(std::string_view cluster_name) {
  const std::string named = "neve cluster on loopback: " + std::string(cluster_name);
  return derive({reinterpret_cast<const std::uint8_t*>(named.data()), named.size()},
                "neve gossip 1: loopback");
}

/// OpenSSL's state, kept between packets: setting it up costs more than a packet.
struct Seal::Cipher {
  Cipher() : context(EVP_CIPHER_CTX_new()) {
    NEVE_CHECK(context != nullptr);
    check(EVP_CipherInit_ex(context, EVP_chacha20_poly1305(), nullptr, nullptr, nullptr, 1));
  }
  ~Cipher() { EVP_CIPHER_CTX_free(context); }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;

  static void check(int result) { NEVE_CHECK(result == 1, "OpenSSL refuses ChaCha20-Poly1305"); }

  void begin(const SenderKey& key, std::uint64_t counter, const Context& authenticated,
             bool sealing) const {
    std::array<unsigned char, 12> nonce{};
    std::memcpy(nonce.data(), &counter, sizeof counter);
    check(EVP_CipherInit_ex(context, nullptr, nullptr, key.data(), nonce.data(), sealing ? 1 : 0));
    int length = 0;
    check(EVP_CipherUpdate(context, nullptr, &length, bytes_of(authenticated.data()),
                           static_cast<int>(authenticated.size())));
  }
  void run(std::span<const std::byte> from, std::byte* to) const {
    int length = 0;
    if (from.empty()) return;
    check(EVP_CipherUpdate(context, bytes_of(to), &length, bytes_of(from.data()),
                           static_cast<int>(from.size())));
  }
  [[nodiscard]] bool finish() const {
    int length = 0;
    std::array<unsigned char, 16> nothing{};
    return EVP_CipherFinal_ex(context, nothing.data(), &length) == 1;
  }

  EVP_CIPHER_CTX* context;
};

Seal::Seal(const ClusterKey& key, NodeId self)
    : cluster_key_(key), self_(self), own_key_(key_of(self)), cipher_(std::make_unique<Cipher>()) {}

Seal::~Seal() = default;

Seal::SenderKey Seal::key_of(NodeId sender) const {
  std::string purpose = "neve gossip 1: sender ";
  const std::uint64_t id = sender.value();
  purpose.append(reinterpret_cast<const char*>(&id), sizeof id);
  return derive(cluster_key_, purpose);
}

wire::Bytes Seal::close(ClusterId mine, NodeId receiver, std::span<const std::byte> body) {
  wire::Bytes packet(kHeaderBytes + body.size() + kTagBytes);
  packet[0] = std::byte{receiver == NodeId() ? kForAnyNode : kForKnownNode};
  put(packet.data() + kClusterAt, mine.value());
  put(packet.data() + kSenderAt, self_.value());
  put(packet.data() + kCounterAt, ++last_counter_);
  cipher_->begin(own_key_, last_counter_, context_of(packet, receiver), true);
  cipher_->run(body, packet.data() + kHeaderBytes);
  NEVE_CHECK(cipher_->finish());
  Cipher::check(EVP_CIPHER_CTX_ctrl(cipher_->context, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                    packet.data() + kHeaderBytes + body.size()));
  return packet;
}

std::variant<Seal::Opened, DropCause> Seal::open(ClusterId mine,
                                                 std::span<const std::byte> packet) {
  if (packet.size() < kHeaderBytes + kTagBytes || packet.size() > kMostPacketBytes)
    return DropCause::malformed;
  const auto form = std::to_integer<std::uint8_t>(packet[0]);
  if (form != kForKnownNode && form != kForAnyNode) return DropCause::malformed;
  Opened opened;
  opened.was_for_me = form == kForKnownNode;
  opened.cluster = ClusterId(get<std::uint64_t>(packet.data() + kClusterAt));
  opened.sender = NodeId(get<std::uint64_t>(packet.data() + kSenderAt));
  const auto counter = get<std::uint64_t>(packet.data() + kCounterAt);
  const bool either_has_none = mine == ClusterId() || opened.cluster == ClusterId();
  if (opened.cluster != mine && !either_has_none) return DropCause::other_cluster;
  if (opened.sender == self_) return DropCause::own;
  if (opened.sender == NodeId() || counter == 0) return DropCause::malformed;

  auto at = senders_.find(opened.sender);
  if (at != senders_.end() && !is_new(at->second, counter)) return DropCause::replayed;
  const SenderKey key = at != senders_.end() ? at->second.key : key_of(opened.sender);
  const NodeId receiver = opened.was_for_me ? self_ : NodeId();
  cipher_->begin(key, counter, context_of(packet, receiver), false);
  const auto body = packet.subspan(kHeaderBytes, packet.size() - kHeaderBytes - kTagBytes);
  opened.body.resize(body.size());
  cipher_->run(body, opened.body.data());
  std::array<std::byte, kTagBytes> tag{};
  std::memcpy(tag.data(), packet.data() + packet.size() - kTagBytes, kTagBytes);
  Cipher::check(
      EVP_CIPHER_CTX_ctrl(cipher_->context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()));
  if (!cipher_->finish()) return DropCause::not_authentic;

  // Only what is authentic leaves a trace here.
  if (at == senders_.end()) {
    at = senders_.try_emplace(opened.sender).first;
    at->second.key = key;
    forget_longest_silent();
  }
  at->second.heard = ++opened_;
  note(at->second, counter);
  return opened;
}

// Every start of every node adds one, so a node that runs for years would remember too many.
void Seal::forget_longest_silent() {
  if (senders_.size() <= kMostSenders) return;
  const auto silent = [](const auto& left, const auto& right) {
    return left.second.heard < right.second.heard;
  };
  // The newcomer has not been marked as heard yet.
  auto longest = senders_.end();
  for (auto at = senders_.begin(); at != senders_.end(); ++at)
    if (at->second.heard != 0 && (longest == senders_.end() || silent(*at, *longest))) longest = at;
  senders_.erase(longest);
}

bool Seal::is_new(const Sender& sender, std::uint64_t counter) {
  if (counter > sender.highest) return true;
  return sender.highest - counter < kWindow && !sender.seen[counter % kWindow];
}

void Seal::note(Sender& sender, std::uint64_t counter) {
  if (counter > sender.highest) {
    const std::uint64_t skipped = std::min<std::uint64_t>(counter - sender.highest, kWindow);
    for (std::uint64_t i = 1; i <= skipped; ++i)
      sender.seen[(counter - skipped + i) % kWindow] = false;
    sender.highest = counter;
  }
  sender.seen[counter % kWindow] = true;
}

}  // namespace neve::cluster::gossip
