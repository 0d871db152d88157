#include "rest/http/host_rules.hpp"

#include <gtest/gtest.h>

namespace neve::rest::http {
namespace {

const HostRules kRules{{"neve.example.org"}};

TEST(HostRules, AcceptsAddressesLocalhostAndGivenNames) {
  for (const char* host : {"127.0.0.1:54321", "10.1.2.3", "[::1]:54321", "localhost", "LOCALHOST:1",
                           "localhost.:80", "Neve.Example.org:54321"}) {
    EXPECT_EQ(refuse_host(kRules, host, std::nullopt), std::nullopt) << host;
  }
}

TEST(HostRules, RefusesOtherNamesAndNamesTheOption) {
  for (const char* host : {"evil.example.org", "neve.example.org.evil.com:80", "127.0.0.1.evil.com",
                           "", "[::1", "localhost.evil.com"}) {
    const auto refusal = refuse_host(kRules, host, std::nullopt);
    ASSERT_TRUE(refusal) << host;
    EXPECT_NE(refusal->find("--allow-host"), std::string::npos);
  }
}

TEST(HostRules, AllowsOnlyTheOwnOriginAndListedNames) {
  const auto ask = [](const char* origin) {
    return refuse_host(kRules, "127.0.0.1:54321", origin);
  };
  EXPECT_EQ(ask("http://127.0.0.1:54321"), std::nullopt);
  EXPECT_EQ(ask("https://neve.example.org"), std::nullopt);
  EXPECT_TRUE(ask("http://127.0.0.1:8080"));
  EXPECT_TRUE(ask("http://evil.example.org"));
  EXPECT_TRUE(ask("null"));
  EXPECT_TRUE(ask(""));
  EXPECT_EQ(refuse_host(kRules, "localhost", "http://localhost:80"), std::nullopt);
}

TEST(HostRules, KnowsAddresses) {
  EXPECT_TRUE(is_ip_address("::ffff:1.2.3.4"));
  EXPECT_FALSE(is_ip_address("1.2.3"));
  EXPECT_TRUE(is_loopback_address("127.9.9.9"));
  EXPECT_TRUE(is_loopback_address("::1"));
  EXPECT_FALSE(is_loopback_address("0.0.0.0"));
  EXPECT_FALSE(is_loopback_address("127.evil.com"));
}

}  // namespace
}  // namespace neve::rest::http
