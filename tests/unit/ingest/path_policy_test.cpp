#include <neve/ingest/path_policy.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <neve/base/error.hpp>

namespace neve::ingest {
namespace {

namespace fs = std::filesystem;

/// A folder of its own: data/{a.csv,.secret,.hidden/b.csv}, outside/c.csv and links between them.
class PathPolicyTest : public ::testing::Test {
 protected:
  PathPolicyTest() {
    std::string name = (fs::temp_directory_path() / "neve-policy-XXXXXX").string();
    root_ = fs::canonical(::mkdtemp(name.data()));
    fs::create_directories(root_ / "data/.hidden");
    fs::create_directories(root_ / "data2");
    fs::create_directories(root_ / "outside");
    for (const char* file :
         {"data/a.csv", "data/.secret", "data/.hidden/b.csv", "outside/c.csv", "data2/d.csv"}) {
      std::ofstream(root_ / file) << "x\n";
    }
    fs::create_symlink(root_ / "outside/c.csv", root_ / "data/link.csv");
    fs::create_symlink(root_ / "data/.secret", root_ / "data/visible.csv");
    fs::create_symlink(root_ / "outside", root_ / "data/folder");
    fs::create_symlink(root_ / "outside/new.csv", root_ / "data/dangling.csv");
  }
  ~PathPolicyTest() override { fs::remove_all(root_); }
  [[nodiscard]] std::string at(const std::string& path) const { return (root_ / path).string(); }
  [[nodiscard]] PathPolicy policy(bool local = true) const {
    return PathPolicy({.import_roots = {at("data")},
                       .export_roots = {at("data")},
                       .default_roots = {},
                       .local_users_only = local});
  }
  fs::path root_;
};

int status_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.http_status();
  }
  return 200;
}

TEST_F(PathPolicyTest, AllowsWhatLiesBelowARoot) {
  EXPECT_EQ(policy().check_read(at("data/a.csv")), at("data/a.csv"));
  EXPECT_EQ(policy().check_read(at("outside/../data/./a.csv")), at("data/a.csv"));
  EXPECT_EQ(policy().check_read(at("data")), at("data"));
  EXPECT_EQ(policy().check_write(at("data/new/file.csv")), at("data/new/file.csv"));
  EXPECT_TRUE(policy().may_read(at("data/a.csv")));
}

TEST_F(PathPolicyTest, RefusesWhatLeadsOutsideAndNamesTheOption) {
  for (const char* path :
       {"outside/c.csv", "data/../outside/c.csv", "data/link.csv", "data/folder/c.csv",
        "data2/d.csv", "data/.secret", "data/visible.csv", "data/.hidden/b.csv", "data/.hidden"}) {
    EXPECT_EQ(status_of([&] { (void)policy().check_read(at(path)); }), 403) << path;
    EXPECT_FALSE(policy().may_read(at(path))) << path;
  }
  for (const char* path : {"outside/c.csv", "data/link.csv", "data/folder/new.csv",
                           "data/dangling.csv", "data/.profile", "data/../outside/x"}) {
    EXPECT_EQ(status_of([&] { (void)policy().check_write(at(path)); }), 403) << path;
  }
  try {
    (void)policy().check_read(at("outside/c.csv"));
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("--import-root"), std::string::npos);
  }
}

TEST_F(PathPolicyTest, TellsMissingFilesOnlyToLocalUsers) {
  EXPECT_EQ(status_of([&] { (void)policy().check_read("/no/such/file.csv"); }), 404);
  EXPECT_EQ(status_of([&] { (void)policy(false).check_read("/no/such/file.csv"); }), 403);
  EXPECT_EQ(status_of([&] { (void)policy(false).check_read(at("data/missing.csv")); }), 404);
  EXPECT_EQ(status_of([&] { (void)policy().check_read(""); }), 412);
}

TEST_F(PathPolicyTest, OpensANamedHiddenFolder) {
  const PathPolicy named({.import_roots = {at("data/.hidden")},
                          .export_roots = {},
                          .default_roots = {at("data2"), "/"},
                          .local_users_only = true});
  EXPECT_TRUE(named.may_read(at("data/.hidden/b.csv")));
  EXPECT_FALSE(named.may_read(at("data/a.csv")));
  // Exports were not named, so they have the defaults, but never all of the machine.
  EXPECT_EQ(named.check_write(at("data2/out.csv")), at("data2/out.csv"));
  EXPECT_EQ(status_of([&] { (void)named.check_write(at("data/out.csv")); }), 403);
}

TEST_F(PathPolicyTest, HasNoRootsByItself) {
  const PathPolicy none(PathPolicy::Settings{});
  EXPECT_EQ(status_of([&] { (void)none.check_read(at("data/a.csv")); }), 403);
  EXPECT_EQ(status_of([&] { (void)none.check_write(at("data/a.csv")); }), 403);
}

}  // namespace
}  // namespace neve::ingest
