#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>
#include <fstream>

#include <neve/base/error.hpp>

#include "cluster/api/cluster_folder.hpp"
#include "cluster/rpc/certificates.hpp"
#include "support/rpc_nodes.hpp"

namespace neve::cluster {
namespace {

using testing::AddressBook;
using testing::RpcNode;

constexpr std::chrono::milliseconds kSilence(5000);

/// A folder of secrets that goes with the test.
class SecretFolder {
 public:
  SecretFolder() {
    std::string name = std::filesystem::temp_directory_path() / "neve-secrets-XXXXXX";
    path = ::mkdtemp(name.data());
    made = ClusterFolder::create(path);
  }
  ~SecretFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  SecretFolder(const SecretFolder&) = delete;
  SecretFolder& operator=(const SecretFolder&) = delete;
  std::filesystem::path path;
  ClusterFolder made;
};

RpcSettings settings_of(std::uint64_t node, Credentials credentials) {
  RpcSettings settings;
  settings.self = NodeId(node);
  settings.cluster = 5;
  settings.credentials = std::move(credentials);
  settings.silence = kSilence;
  return settings;
}

/// A certificate for `node` that holds as said, by the folder's authority.
Credentials signed_for(const ClusterFolder& folder, NodeId node, const rpc::Validity& validity) {
  const auto asked = rpc::CertificateRequest::create();
  const auto authority = rpc::Authority::from_pem(folder.authority, folder.authority_key);
  return {folder.authority, authority.sign(asked.request, node, validity), asked.private_key};
}

/// A node with keys that answers "whoami".
class SecureServer {
 public:
  explicit SecureServer(const ClusterFolder& folder)
      : node(book, settings_of(1, folder.sign_own(NodeId(1)))) {
    node.inbox.add("whoami", [](auto) { return wire::encode(std::string("node 1")); });
    serve_join(
        node.inbox, folder, [](NodeId id) { return id == NodeId(1); }, node.traffic);
    node.start();
  }
  /// Calls as a node with these credentials that says it is `claimed`.
  std::string call(std::uint64_t claimed, Credentials credentials) {
    RpcNode caller(book, settings_of(claimed, std::move(credentials)));
    return wire::decode<std::string>(caller.transport.call(NodeId(1), "whoami", {}).get());
  }
  [[nodiscard]] std::uint64_t refused(Refusal why) const { return node.traffic.refused_for(why); }

  AddressBook book;
  RpcNode node;
};

TEST(Security, ANodeJoinsByTokenAndIsThenServed) {
  const SecretFolder secrets;
  SecureServer server(secrets.made);
  ClusterFolder without_key = secrets.made;
  without_key.authority_key.clear();
  const Credentials credentials =
      join(server.node.server->address(), without_key, NodeId(2), kSilence);
  EXPECT_EQ(server.call(2, credentials), "node 1");
  for (const auto& count : server.node.traffic.refused) EXPECT_EQ(count, 0U);
}

TEST(Security, AWrongTokenOrATakenIdGetsNoCertificate) {
  const SecretFolder secrets;
  SecureServer server(secrets.made);
  const std::string address = server.node.server->address();
  ClusterFolder wrong = secrets.made;
  wrong.join_token.back() = wrong.join_token.back() == '0' ? '1' : '0';
  EXPECT_THROW(join(address, wrong, NodeId(2), kSilence), InputError);
  wrong.join_token.clear();
  EXPECT_THROW(join(address, wrong, NodeId(2), kSilence), InputError);
  EXPECT_EQ(server.refused(Refusal::wrong_token), 2U);
  EXPECT_THROW(join(address, secrets.made, NodeId(1), kSilence), InputError);
  EXPECT_EQ(server.refused(Refusal::claimed_identity), 1U);
}

TEST(Security, WithoutACertificateOnlyJoinIsServed) {
  const SecretFolder secrets;
  SecureServer server(secrets.made);
  EXPECT_THROW(server.call(2, {secrets.made.authority, {}, {}}), ClusterError);
  EXPECT_EQ(server.refused(Refusal::no_certificate), 1U);
}

TEST(Security, ACertificateOfAnotherClusterIsRefused) {
  const SecretFolder secrets;
  const SecretFolder others;
  SecureServer server(secrets.made);
  // It would trust this cluster, but cannot show one of its certificates.
  Credentials foreign = others.made.sign_own(NodeId(2));
  foreign.authority = secrets.made.authority;
  EXPECT_THROW(server.call(2, foreign), ClusterError);
  EXPECT_EQ(server.refused(Refusal::foreign_certificate), 1U);
}

TEST(Security, AnExpiredCertificateIsRefused) {
  const SecretFolder secrets;
  SecureServer server(secrets.made);
  const std::int64_t now = std::time(nullptr);  // tidy: allow(clock) a certificate's times are real
  const Credentials expired =
      signed_for(secrets.made, NodeId(2), {.from = now - 7200, .to = now - 3600});
  EXPECT_THROW(server.call(2, expired), ClusterError);
  EXPECT_EQ(server.refused(Refusal::expired_certificate), 1U);
}

TEST(Security, ANodeCannotSayItIsAnother) {
  const SecretFolder secrets;
  SecureServer server(secrets.made);
  const Credentials own = secrets.made.sign_own(NodeId(2));
  EXPECT_EQ(server.call(2, own), "node 1");
  EXPECT_THROW(server.call(3, own), ClusterError);
  EXPECT_EQ(server.refused(Refusal::claimed_identity), 1U);
}

/// What a caller says of a server with these credentials that it takes for node 1.
void expect_not_trusted(Credentials of_server, Credentials of_caller) {
  std::atomic<int> reached{0};  // outlives the node whose handler uses it
  AddressBook book;
  RpcNode server(book, settings_of(1, std::move(of_server)));
  server.inbox.add("take", [&](auto) {
    ++reached;
    return wire::Bytes();
  });
  server.start();
  RpcSettings impatient = settings_of(2, std::move(of_caller));
  impatient.silence = std::chrono::milliseconds(300);
  RpcNode caller(book, impatient);
  EXPECT_THROW(caller.transport.call(NodeId(1), "take", {}).get(), ClusterError);
  EXPECT_EQ(reached, 0);
}

TEST(Security, AServerMustProveToBeTheNodeThatIsCalled) {
  const SecretFolder secrets;
  const SecretFolder others;
  expect_not_trusted(others.made.sign_own(NodeId(1)), secrets.made.sign_own(NodeId(2)));
  expect_not_trusted(secrets.made.sign_own(NodeId(7)), secrets.made.sign_own(NodeId(2)));
  expect_not_trusted({}, secrets.made.sign_own(NodeId(2)));
  expect_not_trusted(secrets.made.sign_own(NodeId(1)), {});
}

TEST(Security, RequestsThatAreNoneAreInputErrors) {
  const SecretFolder secrets;
  const auto authority =
      rpc::Authority::from_pem(secrets.made.authority, secrets.made.authority_key);
  const auto sign = [&](const std::string& request) {
    return authority.sign(request, NodeId(1), rpc::Validity::of_years(1));
  };
  EXPECT_THROW(sign(""), InputError);
  EXPECT_THROW(sign(secrets.made.authority), InputError);
  // Signed by another key than the one it shows.
  std::string tampered = rpc::CertificateRequest::create().request;
  const std::size_t middle = tampered.size() / 2;
  tampered[middle] = tampered[middle] == 'A' ? 'B' : 'A';
  EXPECT_THROW(sign(tampered), InputError);
  const SecretFolder others;
  EXPECT_THROW(rpc::Authority::from_pem(secrets.made.authority, others.made.authority_key),
               InputError);
}

TEST(Security, ACertificateOfTheAuthorityItselfIsNoNodes) {
  const SecretFolder secrets;
  rpc::CertificateChecker checker(secrets.made.authority);
  EXPECT_EQ(checker.check(secrets.made.authority).refusal, Refusal::foreign_certificate);
  EXPECT_EQ(checker.check("no PEM").refusal, Refusal::foreign_certificate);
  const std::string good = secrets.made.sign_own(NodeId(0xFEDC000000000001)).certificate;
  for (int twice = 0; twice < 2; ++twice) {
    const auto verdict = checker.check(good);
    EXPECT_FALSE(verdict.refusal.has_value()) << verdict.problem;
    EXPECT_EQ(verdict.node, NodeId(0xFEDC000000000001));
  }
}

TEST(Security, TheFolderIsForItsOwnerOnlyAndNeverOverwritten) {
  const SecretFolder secrets;
  for (const auto& file : std::filesystem::directory_iterator(secrets.path)) {
    struct stat info {};
    ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << file.path();
  }
  const ClusterFolder read = ClusterFolder::read(secrets.path);
  EXPECT_EQ(read.authority, secrets.made.authority);
  EXPECT_EQ(read.authority_key, secrets.made.authority_key);
  EXPECT_EQ(read.gossip_key, secrets.made.gossip_key);
  EXPECT_EQ(read.join_token, secrets.made.join_token);
  EXPECT_NE(read.gossip_key, read.join_token);
  EXPECT_THROW(ClusterFolder::create(secrets.path), InputError);

  ::chmod((secrets.path / "join.token").c_str(), 0644);
  EXPECT_THROW(ClusterFolder::read(secrets.path), InputError);
  ::chmod((secrets.path / "join.token").c_str(), 0600);
  std::filesystem::remove(secrets.path / "ca.key");
  EXPECT_TRUE(ClusterFolder::read(secrets.path).authority_key.empty());
  std::ofstream(secrets.path / "gossip.key") << "short";
  EXPECT_THROW(ClusterFolder::read(secrets.path), InputError);
}

}  // namespace
}  // namespace neve::cluster
