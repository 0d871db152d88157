#include "server/cluster_command.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cluster/api/cluster_folder.hpp"

namespace neve::server {
namespace {

TEST(ClusterCommand, MakesSecretsOnceAndRefusesWrongUsage) {
  std::string folder = std::filesystem::temp_directory_path() / "neve-command-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string made = folder + "/new";
  EXPECT_EQ(run_cluster_command({"init", "--dir", made}), 0);
  EXPECT_FALSE(cluster::ClusterFolder::read(made).authority_key.empty());
  EXPECT_EQ(run_cluster_command({"init", "--dir", made}), 2);
  EXPECT_EQ(run_cluster_command({"init"}), 2);
  EXPECT_EQ(run_cluster_command({"destroy"}), 2);
  EXPECT_EQ(run_cluster_command({}), 2);
  EXPECT_EQ(run_cluster_command({"--help"}), 0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace neve::server
