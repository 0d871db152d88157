#include "cluster/rpc/join.hpp"

#include <openssl/crypto.h>

#include <neve/base/error.hpp>

#include "cluster/api/cluster_folder.hpp"
#include "cluster/rpc/certificates.hpp"
#include "cluster/rpc/outgoing_call.hpp"

namespace neve::cluster {
namespace {

bool equal(const std::string& left, const std::string& right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

/// One call outside of any transport, as the node has no certificate for one yet.
wire::Bytes call_once(const rpc::Endpoint& endpoint, const rpc::Head& head,
                      std::span<const std::byte> request) {
  // A certificate is small; nothing here is counted.
  Budget budget(0);
  Traffic traffic;
  const std::chrono::milliseconds silence(endpoint.silence_ms);
  rpc::Pulse pulse(silence / 4);
  const auto call = std::make_shared<rpc::OutgoingCall>(
      rpc::OutgoingCall::Target{std::make_shared<rpc::Streams>(rpc::library().connect(endpoint)),
                                "the node at " + endpoint.address, silence},
      budget, traffic);
  pulse.watch(call);
  return call->run(head, request);
}

}  // namespace

Credentials join(const std::string& address, const ClusterFolder& folder, NodeId self,
                 std::chrono::milliseconds silence) {
  const auto asked = rpc::CertificateRequest::create();
  const wire::Bytes request =
      wire::encode(rpc::JoinRequest{folder.join_token, self, asked.request});
  rpc::Head head;
  head.from = self;
  head.service = rpc::kJoinService;
  const wire::Bytes certificate = call_once({.address = address,
                                             .credentials = {folder.authority, {}, {}},
                                             .peer_name = rpc::kAnyNode,
                                             .silence_ms = silence.count()},
                                            head, request);
  return {folder.authority, wire::decode<std::string>(certificate), asked.private_key};
}

void serve_join(Inbox& inbox, const ClusterFolder& folder,
                const std::function<bool(NodeId)>& is_member, Traffic& traffic) {
  const auto authority = rpc::Authority::from_pem(folder.authority, folder.authority_key);
  const auto refuse = [&traffic](Refusal why, const std::string& text) {
    ++traffic.refused.at(static_cast<std::size_t>(why));
    throw InputError::forbidden(text);
  };
  inbox.add(rpc::kJoinService, [=, token = folder.join_token](auto bytes) {
    const auto request = wire::decode<rpc::JoinRequest>(bytes);
    if (!equal(request.token, token)) {
      refuse(Refusal::wrong_token,
             "The join token is not this cluster's; copy the file join.token of its folder.");
    }
    if (is_member(request.node)) {
      refuse(Refusal::claimed_identity, "There is a " + rpc::name_of(request.node) + " already.");
    }
    return wire::encode(
        authority.sign(request.certificate_request, request.node, rpc::Validity::of_years(1)));
  });
}

}  // namespace neve::cluster
