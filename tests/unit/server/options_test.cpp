#include "server/options.hpp"

#include <gtest/gtest.h>

#include <neve/base/error.hpp>

namespace neve::server {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30U;
const Machine kMachine{
    .memory_bytes = 8 * kGiB, .cores = 6, .user = "ann", .temporary_directory = "/tmp"};

Options parse(const std::vector<std::string>& arguments) {
  return parse_options(arguments, kMachine);
}

TEST(Options, HasDefaultsOfTheMachine) {
  const Options options = parse({});
  EXPECT_FALSE(options.ends) << options.text;
  EXPECT_EQ(options.bind_address, "127.0.0.1");
  EXPECT_EQ(options.port, 0);
  EXPECT_EQ(options.base_port, 54321);
  EXPECT_EQ(options.threads, 6);
  EXPECT_EQ(options.memory_bytes, 2 * kGiB);
  EXPECT_EQ(options.name, "ann");
  EXPECT_EQ(options.log_directory, "/tmp/neve-ann/logs");
  EXPECT_EQ(options.h2o_version, "3.46.0.12");
}

TEST(Options, ReadsTheCommandLineOfThePythonClient) {
  const Options options =
      parse({"-ip", "127.0.0.1", "-web_ip", "127.0.0.1", "-baseport", "54777", "-ice_root",
             "/tmp/x", "-nthreads", "2", "-name", "cloud", "-log_level", "INFO",
             "-allow_unsupported_java", "--memory", "1G"});
  EXPECT_FALSE(options.ends) << options.text;
  EXPECT_EQ(options.base_port, 54777);
  EXPECT_EQ(options.ice_root, "/tmp/x");
  EXPECT_EQ(options.threads, 2);
  EXPECT_EQ(options.name, "cloud");
  EXPECT_EQ(options.memory_bytes, kGiB);
  EXPECT_EQ(options.ignored, std::vector<std::string>{"-allow_unsupported_java"});
}

TEST(Options, TakesTheLastOfRepeatedOptions) {
  const Options options = parse({"-log_level", "DEBUG", "-name", "a", "-log_level", "WARN"});
  EXPECT_FALSE(options.ends) << options.text;
  EXPECT_EQ(options.log_level, log::Level::warn);
}

TEST(Options, TakesListsAndEqualsSigns) {
  const Options options =
      parse({"--import-root", "/usr", "--import-root=/tmp", "--export-root", "/tmp", "--port=4000",
             "-nthreads", "-1", "--allow-host", "x.org"});
  EXPECT_FALSE(options.ends) << options.text;
  EXPECT_EQ(options.import_roots, (std::vector<std::string>{"/usr", "/tmp"}));
  EXPECT_EQ(options.export_roots, std::vector<std::string>{"/tmp"});
  EXPECT_EQ(options.port, 4000);
  EXPECT_EQ(options.threads, 6);
}

TEST(Options, RefusesWrongUsageWithExitCode2) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--no-such"},
                                                {"-bogus", "1"},
                                                {"stray"},
                                                {"--port", "x"},
                                                {"--port", "70000"},
                                                {"--memory", "much"},
                                                {"--memory", "1K"},
                                                {"-log_level", "LOUD"},
                                                {"-flatfile", "/no/such/file"},
                                                {"--import-root", "/no/such/folder"},
                                                {"--export-root", "/no/such/folder"},
                                                {"--h2o-version", "newest"},
                                                {"-port"}}) {
    const Options options = parse(wrong);
    EXPECT_TRUE(options.ends) << wrong[0];
    EXPECT_EQ(options.exit_code, 2) << wrong[0];
    EXPECT_FALSE(options.text.empty());
  }
}

TEST(Options, ListensToOthersOnlyWhenToldHow) {
  const Options refused = parse({"-ip", "0.0.0.0"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.text.find("--insecure-rest"), std::string::npos);
  EXPECT_FALSE(parse({"-ip", "0.0.0.0", "--insecure-rest"}).ends);
  EXPECT_FALSE(parse({"-ip", "0.0.0.0", "--auth", "users"}).ends);
  EXPECT_FALSE(parse({"-ip", "localhost"}).ends);
  EXPECT_EQ(parse({"-ip", "localhost"}).bind_name, "localhost");
}

TEST(Options, TellsOthersTheAddressOnTheWayToThem) {
  const auto reached = [](const std::vector<std::string>& further) {
    std::vector<std::string> all = {"--ip", "0.0.0.0", "--insecure-rest"};
    all.insert(all.end(), further.begin(), further.end());
    const Options options = parse(all);
    EXPECT_FALSE(options.ends) << options.text;
    return options.reach_address;
  };
  EXPECT_EQ(reached({}), "127.0.0.1");
  EXPECT_EQ(reached({"--join", "127.0.0.2:54321,10.0.0.1"}), "127.0.0.1");
  EXPECT_EQ(parse({"--ip", "127.0.0.3", "--join", "10.0.0.1"}).reach_address, "127.0.0.3");
  const Options nowhere =
      parse({"--ip", "0.0.0.0", "--insecure-rest", "--join", "no.such.host.invalid:1"});
  EXPECT_TRUE(nowhere.ends);
  EXPECT_NE(nowhere.text.find("--ip"), std::string::npos) << nowhere.text;
}

TEST(Options, PrintsHelpAndVersion) {
  for (const char* flag : {"-h", "-help", "--help"}) {
    const Options help = parse({flag});
    EXPECT_TRUE(help.ends && help.exit_code == 0);
    EXPECT_NE(help.text.find("--import-root"), std::string::npos);
  }
  EXPECT_NE(parse({"--version"}).text.find("neve 0.1.0"), std::string::npos);
}

TEST(Options, ReadsSizes) {
  EXPECT_EQ(parse_size("1024", 0), 1024);
  EXPECT_EQ(parse_size("1k", 0), 1024);
  EXPECT_EQ(parse_size("1.5G", 0), 3 * kGiB / 2);
  EXPECT_EQ(parse_size("50%", 100), 50);
  for (const char* wrong : {"", "G", "-1G", "1X", "1GB", "1e30", "nan"}) {
    EXPECT_THROW((void)parse_size(wrong, 1), InputError) << wrong;
  }
}

}  // namespace
}  // namespace neve::server
