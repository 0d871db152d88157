#include "rest/http/auth.hpp"

#include <gtest/gtest.h>

#include <neve/base/error.hpp>

namespace neve::rest::http {
namespace {

// Passwords secret (bcrypt) and geheim (SHA-512), with the fewest rounds that there are.
const char* const kFile =
    "# users\n"
    "ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"
    "bob:$6$rounds=1000$neve$Lcl1UOzwizvA.sB131QuBCH/yy3318ZtxjLk9nVM3naF1guJz/"
    "8tzuMbBa9fYZ2hemtmd.Zo8tMAc.OOAuig8.\r\n";
const char* const kAnn = "Basic YW5uOnNlY3JldA==";       // ann:secret
const char* const kBob = "basic Ym9iOmdlaGVpbQ==";       // bob:geheim
const char* const kWrong = "Basic YW5uOndyb25n";         // ann:wrong
const char* const kStranger = "Basic ZXZlOnNlY3JldA==";  // eve:secret

using Verdict = Authenticator::Verdict;

TEST(Auth, VerifiesOnceAndRemembers) {
  auto auth = Authenticator::from_text(kFile, "users");
  EXPECT_EQ(auth.recall(kAnn).verdict, Verdict::unknown);
  const auto verified = auth.verify(kAnn);
  EXPECT_EQ(verified.verdict, Verdict::accepted);
  EXPECT_EQ(verified.user, "ann");
  EXPECT_EQ(auth.recall(kAnn).verdict, Verdict::accepted);
  EXPECT_EQ(auth.recall(kAnn).user, "ann");
}

TEST(Auth, KnowsShaCryptAndAnyCaseOfTheScheme) {
  auto auth = Authenticator::from_text(kFile, "users");
  EXPECT_EQ(auth.verify(kBob).verdict, Verdict::accepted);
}

TEST(Auth, RefusesAfterARightPasswordWasSeenToo) {
  auto auth = Authenticator::from_text(kFile, "users");
  EXPECT_EQ(auth.verify(kAnn).verdict, Verdict::accepted);
  EXPECT_EQ(auth.recall(kWrong).verdict, Verdict::unknown);
  EXPECT_EQ(auth.verify(kWrong).verdict, Verdict::refused);
  EXPECT_EQ(auth.recall(kAnn).verdict, Verdict::accepted);
}

TEST(Auth, RefusesStrangersAndMalformedCredentials) {
  auto auth = Authenticator::from_text(kFile, "users");
  EXPECT_EQ(auth.verify(kStranger).verdict, Verdict::refused);
  EXPECT_EQ(auth.recall(std::nullopt).verdict, Verdict::refused);
  for (const char* text : {"", "Basic", "Basic ", "Basic !!!!", "Bearer abcd", "Basic YW5u"}) {
    EXPECT_EQ(auth.recall(text).verdict, Verdict::refused) << text;
  }
}

TEST(Auth, RefusesFilesWithoutProtection) {
  for (const char* text :
       {"", "# only\n", "ann:secret\n", "ann:$apr1$a$b\n", ":$2y$05$x\n", "ann\n"}) {
    EXPECT_THROW(Authenticator::from_text(text, "users"), InputError) << text;
  }
  EXPECT_THROW(Authenticator::from_file("/no/such/file"), InputError);
}

}  // namespace
}  // namespace neve::rest::http
